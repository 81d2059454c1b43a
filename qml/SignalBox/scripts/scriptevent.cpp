// SPDX-License-Identifier: MIT
#include <SignalBox/scripts/scriptevent_p.h>

#include <SignalBox/scripts/scriptcall_p.h>
#include <SignalBox/scripts/scripthome_p.h>
#include <SignalBox/scripts/scriptvariant_p.h>

#include <utility>

namespace SignalBox::detail {

EventPointer ScriptEvent::create(const std::shared_ptr<const ScriptHome> &home, QJSValue value)
{
    EventPointer event = EventStorage<QVariant, ScriptEvent>::create(QVariant(), Extras::Yes);
    static_cast<const ScriptEvent &>(*event).m_home = home.get();
    setArgument(*event, home, std::move(value));
    return event;
}

// A handler of another engine on this thread may ask in a later delivery.
Event::Content ScriptEvent::content() const
{
    if (m_home)
        prepareValue();
    return StoredEvent::content();
}

// Once another thread has the event, the value has been made.
void ScriptEvent::prepareValue() const
{
    const ScriptHome *const home = std::exchange(m_home, nullptr);
    if (!home)
        return;
    if (home->engine())
        setValue(toPlainVariant(home->engine(), argumentOf(*this, *home)));
    StoredEvent::prepareValue();
}

} // namespace SignalBox::detail
