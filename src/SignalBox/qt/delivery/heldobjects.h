// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qvariant.h>

#include <memory>
#include <type_traits>
#include <vector>

namespace SignalBox::detail {

/*!
    The QObjects that an event's value points to, as long as they live: an event may wait, and they may die meanwhile.

    Attached before the event first waits or reaches a handler that takes the value; only to events with extras. An object is
    known to be dead on its own thread; elsewhere it may die during the look. Thread-safe once it is attached.
*/
class SIGNALBOX_QT_EXPORT HeldObjects final : public EventAttachment
{
public:
    HeldObjects();
    /*! A copy, which outlives the event. */
    std::unique_ptr<HeldObjects> copy() const;

    void add(const QObject *object) { m_objects.push_back({object, object}); }

    /*! Null: there are none. */
    static const HeldObjects *of(const Event &event) noexcept;

    /*! Null, too, while none of them is dead. */
    static const HeldObjects *withDead(const Event &event) noexcept;

    std::size_t deadCount() const noexcept;
    /*! \a value with null for each pointer to an object that is dead, also in properties of gadgets, as far as they can be written. */
    QVariant withoutDead(const QVariant &value) const;
    template <class E>
    E withoutDead(const E &value) const
    {
        if constexpr (std::is_pointer_v<E>)
            return isDead(value) ? nullptr : value;
        else
            return withoutDead(QVariant::fromValue(value)).template value<E>();
    }

private:
    struct Object
    {
        const QObject *address;
        QPointer<const QObject> object;
    };

    bool isDead(const QObject *object) const noexcept;

    std::vector<Object> m_objects;
};

/*! Whether \a type is a pointer to a QObject, of whatever class. */
inline bool isObjectPointer(QMetaType type) noexcept
{
    return (type.flags() & QMetaType::PointerToQObject) != 0;
}

} // namespace SignalBox::detail
