// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/observing/scriptexception.h>

#include <QtCore/qstring.h>

#include <memory>

namespace SignalBox::detail {

class ScriptHome;

/*! What a script of a QML engine has thrown. Unheard, it becomes a warning of that engine, at the script's line. */
class QmlException final : public ScriptException
{
public:
    QmlException(std::shared_ptr<const ScriptHome> home, const QString &message, const QString &fileName, int lineNumber,
                 const QString &stack);
    ~QmlException() override;
    QmlException(const QmlException &) = default;
    QmlException &operator=(const QmlException &) = default;

    bool logUnheard(const HandlerFailure &failure, const QString &registryName) const override;

private:
    std::shared_ptr<const ScriptHome> m_home;
};

} // namespace SignalBox::detail
