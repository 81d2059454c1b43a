// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtCore/qpointer.h>
#include <QtQml/qjsengine.h>

#include <memory>

namespace SignalBox::detail {

class Mailbox;
class Task;

/*! An engine, and the way into its thread for what outlives it or is let go of elsewhere. */
class ScriptHome
{
public:
    /*! Engine's thread only. One for all who ask in a row. */
    static std::shared_ptr<const ScriptHome> of(QJSEngine *engine);

    /*! Engine's thread only. */
    explicit ScriptHome(QJSEngine *engine);
    ~ScriptHome();
    Q_DISABLE_COPY_MOVE(ScriptHome)

    /*! Engine's thread only. Null: it is gone. */
    QJSEngine *engine() const { return m_engine; }
    /*! The engine's address, for comparison. */
    const void *key() const noexcept { return m_key; }

    bool isCurrentThread() const noexcept;
    /*! False: the thread is over, and \a task has been destroyed by the calling thread. */
    bool post(std::unique_ptr<Task> task) const;

private:
    const void *const m_key;
    const QPointer<QJSEngine> m_engine;
    const std::shared_ptr<Mailbox> m_mailbox;
};

} // namespace SignalBox::detail
