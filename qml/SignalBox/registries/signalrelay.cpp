// SPDX-License-Identifier: MIT
#include <SignalBox/registries/signalrelay_p.h>

#include <map>
#include <mutex>
#include <utility>

namespace SignalBox::detail {

namespace {

using Key = std::pair<const QObject *, int>;

struct Relays
{
    std::mutex mutex; // never held while foreign code runs
    std::map<Key, std::shared_ptr<SignalRelay>> all;
};

// Never destroyed: objects may die after all else.
Relays &relays()
{
    static auto *const relays = new Relays;
    return *relays;
}

void forget(const Key &key)
{
    std::shared_ptr<SignalRelay> last; // ends without the lock
    const std::lock_guard lock(relays().mutex);
    const auto place = relays().all.find(key);
    if (place == relays().all.end())
        return;
    last = std::move(place->second);
    relays().all.erase(place);
}

// Qt connects by the method that declares the default arguments; those without them are its clones, and follow it.
int connectedIndex(const QObject *sender, const QMetaMethod &signal)
{
    int index = signal.methodIndex();
    while (sender->metaObject()->method(index).attributes() & QMetaMethod::Cloned)
        --index;
    return index;
}

} // namespace

std::shared_ptr<SignalRelay> SignalRelay::of(const QObject *sender, const QMetaMethod &signal)
{
    const int index = connectedIndex(sender, signal);
    const Key key(sender, index);
    const auto find = [&key]() -> std::shared_ptr<SignalRelay> {
        const std::lock_guard lock(relays().mutex);
        const auto place = relays().all.find(key);
        return place == relays().all.end() ? nullptr : place->second;
    };
    if (std::shared_ptr<SignalRelay> known = find())
        return known;
    // Made and connected without the mutex: that calls event filters of the application, and connectNotify() of the sender.
    std::shared_ptr<SignalRelay> relay(new SignalRelay);
    {
        const std::lock_guard lock(relays().mutex);
        const auto [place, isNew] = relays().all.emplace(key, relay);
        if (!isNew)
            return place->second; // ours ends after the mutex
    }
    QObject::connect(sender, &QObject::destroyed, [key] { forget(key); });
    QMetaObject::connect(sender, index, relay.get(), QObject::staticMetaObject.methodCount(), Qt::DirectConnection);
    return relay;
}

// Without a thread, so that the thread that destroys the sender may destroy it.
SignalRelay::SignalRelay()
{
    moveToThread(nullptr);
}

SignalRelay::~SignalRelay() = default;

int SignalRelay::qt_metacall(QMetaObject::Call call, int id, void **arguments)
{
    id = QObject::qt_metacall(call, id, arguments);
    if (id != 0 || call != QMetaObject::InvokeMetaMethod)
        return id;
    m_emissions.notify(arguments);
    return -1;
}

} // namespace SignalBox::detail
