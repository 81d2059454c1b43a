// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/eventkey.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

namespace SignalBox::detail {

/*!
    The functions of a backlog: which events count, what their key is, how they are merged. Thread-safe: all of it runs on the notifying
    threads, and throws what the functions of the program throw.
*/
class SIGNALBOX_QT_EXPORT EventPolicy
{
public:
    EventPolicy() = default;
    virtual ~EventPolicy();
    Q_DISABLE_COPY_MOVE(EventPolicy)

    /*! Whether the event is kept at all. */
    virtual bool wants(const Event &event) const;

    /*! Uses a key, which is valid during the call. */
    using KeyUse = void (*)(void *user, const EventKey &key);
    /*! Calls \a use with the key of the event. Throws if the event has no key. */
    virtual void withKey(const Event &event, void *user, KeyUse use) const;

    /*! Makes an event with a copy of the value. The caller is its only owner. May also throw std::bad_alloc. */
    virtual EventPointer copy(const Event &event) const;
    /*! Merges \a newer into \a kept. The caller is the only owner of \a kept. */
    virtual void merge(const Event &kept, const Event &newer) const;
};

} // namespace SignalBox::detail
