// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>

#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>

#include <memory>

namespace SignalBox::detail {

class ScriptHome;

/*!
    What a script has notified. Handlers of its own engine get the very value; a QVariant is made of it for the first handler that
    needs one, by the notifying thread, and by that alone.
*/
class ScriptEvent final : public StoredEvent<QVariant>
{
public:
    /*! Engine's thread only. */
    static EventPointer create(const std::shared_ptr<const ScriptHome> &home, QJSValue value);

    Content content() const override;
    void prepareValue() const override;

private:
    friend class EventStorage<QVariant, ScriptEvent>;
    ScriptEvent(QVariant &&value, Extras extras, EventMemory::Offset offset) : StoredEvent(std::move(value), extras, offset) {}

    mutable const ScriptHome *m_home = nullptr; // until the value is made; the event's argument keeps it. The engine's thread only
};

} // namespace SignalBox::detail
