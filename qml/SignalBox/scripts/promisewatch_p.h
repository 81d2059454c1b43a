// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfuture.h>
#include <QtCore/qobject.h>
#include <QtCore/qpromise.h>
#include <QtCore/qstring.h>
#include <QtQml/qjsvalue.h>

#include <memory>

namespace SignalBox::detail {

class ScriptHome;

/*!
    What a promise of JavaScript tells when it is settled: it finishes a future. The engine's garbage collection owns it; it ends with the
    promise, and its future with it.
*/
class PromiseWatch final : public QObject
{
    Q_OBJECT

public:
    explicit PromiseWatch(const std::shared_ptr<const ScriptHome> &home);
    ~PromiseWatch() override;

    QFuture<void> future() const { return m_promise.future(); }

    /*! For the script: the promise is fulfilled. */
    Q_INVOKABLE void fulfil();
    /*! For the script: it is rejected with \a reason, which is \a text. */
    Q_INVOKABLE void reject(const QJSValue &reason, const QString &text);

private:
    void finish();

    const std::shared_ptr<const ScriptHome> m_home;
    QPromise<void> m_promise;
    bool m_isFinished = false;
};

} // namespace SignalBox::detail
