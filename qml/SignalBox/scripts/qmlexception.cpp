// SPDX-License-Identifier: MIT
#include <SignalBox/scripts/qmlexception_p.h>

#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/observing/handlerfailure.h>
#include <SignalBox/scripts/scripthome_p.h>

#include <QtCore/qdebug.h>
#include <QtCore/qlist.h>
#include <QtCore/qurl.h>
#include <QtQml/qqmlengine.h>
#include <QtQml/qqmlerror.h>

#include <utility>

namespace SignalBox::detail {

QmlException::QmlException(std::shared_ptr<const ScriptHome> home, const QString &message, const QString &fileName,
                           int lineNumber, const QString &stack)
    : ScriptException(message, fileName, lineNumber, stack), m_home(std::move(home))
{
}

QmlException::~QmlException() = default;

bool QmlException::logUnheard(const HandlerFailure &failure, const QString &registryName) const
{
    // The registry lives on another thread than the engine: the failure goes to where it came from.
    if (!m_home->isCurrentThread())
        return m_home->post(makeTask([failure, registryName] { logFailure(failure, registryName); }));
    auto *const engine = qobject_cast<QQmlEngine *>(m_home->engine());
    if (!engine)
        return false;
    QQmlError error;
    error.setUrl(QUrl(fileName()));
    error.setLine(lineNumber());
    error.setDescription(describeFailure(failure, registryName));
    error.setMessageType(QtWarningMsg);
    const bool isPrinted = engine->outputWarningsToStandardError();
    Q_EMIT engine->warnings({error}); // a listener may destroy the engine
    if (isPrinted) {
        const QByteArray file = error.url().toString().toUtf8();
        QMessageLogger(file.constData(), error.line(), nullptr).warning().noquote().nospace() << error.toString();
    }
    return true;
}

} // namespace SignalBox::detail
