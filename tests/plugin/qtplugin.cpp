// SPDX-License-Identifier: MIT
#include "qtplugin.h"

#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/GuardSet>

#include <QtCore/qmetaobject.h>

#include <memory>
#include <string>
#include <utility>

using SignalBox::Backlog;

namespace {

// With a capture whose destructor is this plugin's code.
auto counter(QtHost &host, Kind kind)
{
    return [&host, kind, text = std::string(100, 'x')](const Message &) { host.count(kind); };
}

} // namespace

class QtPlugin final : public QObject, public Plugin
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID "SignalBox.Tests.Plugin")
    Q_INTERFACES(Plugin)

public:
    void registerWithGuards(QtHost &host) override
    {
        auto &messages = *host.messages;
        m_guards.add(messages.registerGuard(counter(host, Kind::GuardedInline)));
        m_guards.add(messages.registerGuard(SignalBox::onThread(host.thread), counter(host, Kind::GuardedOnThread),
                                            {.name = QStringLiteral("text in the plugin's own memory")}));
        m_guards.add(messages.registerGuard(SignalBox::inPool(host.pool), counter(host, Kind::GuardedInPool), {.backlog = Backlog::newest(100)}));
        m_guards.add(messages.registerGuard(SignalBox::onThread(host.thread), counter(host, Kind::GuardedLatest), {.backlog = Backlog::newest()}));
    }

    void registerWithOwners(QtHost &host) override
    {
        auto &messages = *host.messages;
        m_owner = std::make_unique<QObject>();
        messages.registerHandler(m_owner.get(), counter(host, Kind::OwnedHere), {.backlog = Backlog::newest(100)});
        messages.registerHandler(m_owner.get(), counter(host, Kind::OwnedHereLatest), {.backlog = Backlog::newest()});
        m_ownerOnThread = new QObject;
        m_ownerOnThread->moveToThread(host.thread);
        messages.registerHandler(m_ownerOnThread, counter(host, Kind::OwnedOnThread));
    }

    void letGo() override
    {
        m_guards.reset();
        m_owner.reset();
        // An object is destroyed on its own thread. The call is blocking: no code of this plugin waits there afterwards.
        if (QObject *owner = std::exchange(m_ownerOnThread, nullptr))
            QMetaObject::invokeMethod(owner, SignalBox::detail::HandOver([owner] { delete owner; }), Qt::BlockingQueuedConnection);
    }

private:
    SignalBox::GuardSet m_guards;
    std::unique_ptr<QObject> m_owner;
    QObject *m_ownerOnThread = nullptr;
};

#include "qtplugin.moc"
