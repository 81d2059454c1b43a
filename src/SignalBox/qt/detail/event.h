// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qglobal.h>
#include <QtCore/qvariant.h>

#include <atomic>
#include <memory>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*!
    What another layer keeps with an event for as long as the event lives, such as the event as
    JavaScript sees it. Destroyed with the event, on whichever thread lets go of it last.
*/
class SIGNALBOX_QT_EXPORT EventAttachment
{
public:
    explicit EventAttachment(const void *key) noexcept : m_key(key) {}
    virtual ~EventAttachment();
    Q_DISABLE_COPY_MOVE(EventAttachment)

private:
    friend class Event;
    const void *const m_key;
    EventAttachment *m_next = nullptr;
};

/*!
    One event, stored once and shared by all its deliveries, which only read it.

    Attachments form a list that only grows, newest first. Each thread looks for its own key, so a key is
    attached by one thread only and no attachment is ever missed by the thread that made it.
*/
class SIGNALBOX_QT_EXPORT Event
{
public:
    Event() noexcept = default;
    virtual ~Event();
    Q_DISABLE_COPY_MOVE(Event)

    /*! A copy of the value, or an invalid QVariant if a QVariant cannot hold its type. */
    virtual QVariant toVariant() const = 0;

    /*! The newest attachment with this key, or null. Thread-safe. */
    EventAttachment *attachment(const void *key) const noexcept;
    /*! Thread-safe. */
    void attach(std::unique_ptr<EventAttachment> attachment) const noexcept;

private:
    mutable std::atomic<EventAttachment *> m_attachments = nullptr;
};

/*! Logs, for a type that no QVariant can hold, that QML handlers get undefined for its events. */
SIGNALBOX_QT_EXPORT void warnOfUnseenType(const char *typeName);

template <class E>
class StoredEvent final : public Event
{
public:
    explicit StoredEvent(E &&event) : value(std::move(event)) {}

    QVariant toVariant() const override
    {
        if constexpr (std::is_same_v<E, QVariant>) {
            return value;
        } else if constexpr (std::is_default_constructible_v<E> && std::is_copy_constructible_v<E>) {
            return QVariant::fromValue(value);
        } else {
            static const bool once = (warnOfUnseenType(QMetaType::fromType<E>().name()), true);
            Q_UNUSED(once)
            return {};
        }
    }

    const E value;
};

} // namespace SignalBox::detail
