// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/threadhandle_p.h>

#include <QtCore/qglobal.h>
#include <QtCore/qpointer.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace SignalBox::detail {

class ScriptTools;

/*! An engine, and the way into its thread for what outlives it or is let go of elsewhere. */
class ScriptHome : public std::enable_shared_from_this<ScriptHome>
{
public:
    /*! Engine's thread only. The engine keeps it, and so does each holder. */
    static std::shared_ptr<const ScriptHome> of(QJSEngine *engine);
    /*!
        The home of the engine that \a object, or a function, belongs to: \a likely, or another one that is known on this thread. Null:
        it belongs to none of them. What has no prototype in common with any engine's objects counts as of the likely one.
    */
    static std::shared_ptr<const ScriptHome> ofObject(const QJSValue &object, const std::shared_ptr<const ScriptHome> &likely);

    ~ScriptHome();
    Q_DISABLE_COPY_MOVE(ScriptHome)

    /*! Engine's thread only. Null: it is gone. */
    QJSEngine *engine() const { return m_engine; }
    /*! The engine's address, for comparison. */
    const void *key() const noexcept { return m_key; }

    const ThreadHandle &thread() const noexcept { return m_thread; }
    bool isCurrentThread() const noexcept { return m_thread.isCurrent(); }
    /*! Engine's thread only, while the engine is alive. */
    ScriptTools &tools() const;
    /*! False: the thread is over, and \a task has been destroyed by the calling thread. */
    bool post(std::unique_ptr<Task> task) const { return m_thread.post(std::move(task)); }

    /*!
        For attachments of events, so that neither making one nor letting it go takes an atomic operation: the home lives
        until each that began has ended, and one is kept for the next event. Engine's thread only, or one at a time when that is
        over.
    */
    void beginAttachment() const noexcept { ++m_attachments; }
    void endAttachment() const noexcept;
    std::unique_ptr<EventAttachment> takeSpare() const noexcept { return std::move(m_spare); }
    /*! False: there is one already. */
    bool keepSpare(EventAttachment *attachment) const noexcept;

private:
    explicit ScriptHome(QJSEngine *engine);
    void engineIsGone() const;

    const void *const m_key;
    const QPointer<QJSEngine> m_engine;
    const ThreadHandle m_thread;
    mutable QJSValue m_objectPrototype; // this one and the next: until the engine is gone
    mutable std::unique_ptr<ScriptTools> m_tools;

    mutable std::uint64_t m_attachments = 0;
    mutable std::unique_ptr<EventAttachment> m_spare; // it does not count
    mutable std::shared_ptr<const ScriptHome> m_self; // while there are attachments and no engine
};

} // namespace SignalBox::detail
