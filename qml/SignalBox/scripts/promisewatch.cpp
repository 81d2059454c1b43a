// SPDX-License-Identifier: MIT
#include <SignalBox/scripts/promisewatch_p.h>

#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/scripts/qmlexception_p.h>
#include <SignalBox/scripts/scripthome_p.h>

#include <exception>
#include <utility>

namespace SignalBox::detail {

PromiseWatch::PromiseWatch(const std::shared_ptr<const ScriptHome> &home)
    : m_home(home)
{
    m_promise.start();
}

PromiseWatch::~PromiseWatch()
{
    finish();
}

void PromiseWatch::fulfil()
{
    finish();
}

void PromiseWatch::reject(const QJSValue &reason, const QString &text)
{
    const auto textOf = [&reason](const char *member) { return reason.property(QLatin1String(member)).toString(); };
    const QmlException exception = reason.isError()
        ? QmlException(m_home, textOf("message"), textOf("fileName"), reason.property(QStringLiteral("lineNumber")).toInt(),
                       textOf("stack"))
        : QmlException(m_home, text, QString(), 0, QString());
    m_promise.setException(std::make_exception_ptr(exception));
    finish();
}

void PromiseWatch::finish()
{
    if (std::exchange(m_isFinished, true))
        return;
    SanitizerOrder::release(m_promise);
    m_promise.finish();
}

} // namespace SignalBox::detail
