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

    /*! What is done with a key, as long as it is there. */
    using KeyUse = void (*)(void *user, const EventKey &key);
    /*! Calls \a use with the key of the event. Throws where it has none. */
    virtual void withKey(const Event &event, void *user, KeyUse use) const;

    /*! An event with a copy of the value, which only the caller has. Throws std::bad_alloc, too. */
    virtual EventPointer copy(const Event &event) const;
    /*! Takes \a newer into \a kept, which only the caller has. */
    virtual void merge(const Event &kept, const Event &newer) const;
};

} // namespace SignalBox::detail
