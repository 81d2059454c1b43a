// SPDX-License-Identifier: MIT
#include <SignalBox/AsyncRegistry>
#include <SignalBox/SyncRegistry>

#include <QtCore/qdebug.h>
#include <QtTest/qtest.h>

#include <sstream>

using SignalBox::AsyncRegistry;
using SignalBox::DispatchReport;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::SyncRegistry;

namespace {

template <class T>
QString shown(const T &value)
{
    QString text;
    QDebug(&text) << value;
    return text.trimmed();
}

template <class T>
QString streamed(const T &value)
{
    std::ostringstream text;
    text << value;
    return QString::fromStdString(text.str());
}

} // namespace

// What logs show. QDebug and std::ostream show the same.
class DebugOutput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void idsShowTheirNumber()
    {
        SyncRegistry<int> registry;
        const HandlerId id = registry.registerHandler([] {});
        const QString expected = QStringLiteral("HandlerId(%1)").arg(id.value());
        QCOMPARE(shown(id), expected);
        QCOMPARE(streamed(id), expected);
        QCOMPARE(shown(HandlerId()), QStringLiteral("HandlerId()"));
    }

    void guardsShowTheirHandlerAndWhetherItIsThere()
    {
        SyncRegistry<int> registry;
        HandlerGuard guard = registry.registerGuard([] {});
        const QString number = QString::number(guard.id().value());
        QCOMPARE(shown(guard), QStringLiteral("HandlerGuard(%1)").arg(number));
        registry.clear();
        QCOMPARE(shown(guard), QStringLiteral("HandlerGuard(%1, unregistered)").arg(number));
        QCOMPARE(streamed(guard), shown(guard));
        QCOMPARE(shown(HandlerGuard()), QStringLiteral("HandlerGuard()"));
        QCOMPARE(streamed(HandlerGuard()), QStringLiteral("HandlerGuard()"));
    }

    void reportsShowAllCountsAndWhoStopped()
    {
        const DispatchReport plain{3, 1, 2, {}};
        QCOMPARE(shown(plain), QStringLiteral("DispatchReport(called 3, failed 1, dropped 2)"));
        QCOMPARE(streamed(plain), shown(plain));
        SyncRegistry<int> registry;
        const HandlerId id = registry.registerHandler([] { return SignalBox::Propagation::Stop; });
        const DispatchReport stopped = registry.notify(1);
        QCOMPARE(shown(stopped), QStringLiteral("DispatchReport(called 1, failed 0, dropped 0, stopped by HandlerId(%1))").arg(id.value()));
        QCOMPARE(streamed(stopped), shown(stopped));
    }

    void registriesShowTheirNameAndTheirHandlers()
    {
        SyncRegistry<int> plain;
        plain.registerHandler([] {});
        QCOMPARE(shown(plain), QStringLiteral("SyncRegistry(1 handler)"));
        QCOMPARE(streamed(plain), shown(plain));
        AsyncRegistry<int> registry;
        QCOMPARE(shown(registry), QStringLiteral("SignalBox::RegistryObject(0 handlers)"));
        registry.setName(QStringLiteral("downloads"));
        registry.registerHandler([] {});
        registry.registerHandler(this, [] {});
        QCOMPARE(shown(&registry), QStringLiteral("SignalBox::RegistryObject(\"downloads\", 2 handlers)"));
        QCOMPARE(shown(static_cast<AsyncRegistry<int> *>(nullptr)), QStringLiteral("QObject(0x0)"));
    }

    void whatFollowsIsWrittenAsBefore()
    {
        QString text;
        QDebug(&text) << DispatchReport() << QStringLiteral("next") << 1;
        QCOMPARE(text.trimmed(), QStringLiteral("DispatchReport(called 0, failed 0, dropped 0) \"next\" 1"));
    }
};

QTEST_GUILESS_MAIN(DebugOutput)
#include "tst_debugoutput.moc"
