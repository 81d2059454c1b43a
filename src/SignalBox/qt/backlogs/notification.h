// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/dispatchreport.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qfuture.h>
#include <QtCore/qglobal.h>

namespace SignalBox::detail {

class Event;

/*! The future of a notify that has nothing to wait for. */
SIGNALBOX_QT_EXPORT QFuture<DispatchReport> finishedFuture(const DispatchReport &report);

/*!
    What the handlers of a registry's SyncRegistry are called with.

    A walk calls them all, in priority order: each runs or forwards itself. A delivery has arrived on its target thread
    and calls that handler alone, through the same core: so whether it is still registered and enabled, who waits for
    it, and what its exceptions do, is decided in one place.
*/
class SIGNALBOX_QT_EXPORT Notification
{
public:
    enum class Kind : unsigned char {
        Walk, // run, or forward yourself
        Delivery, // run: you are where you wanted to be
        Batch, // the same, with several events: a Batch
        SequentialWalk, // run, or put yourself into the list of steps
        Step, // forward yourself, or say that you run here
        Inspection, // describe yourself
        Search, // say whether you are meant
        SourceEnd, // no event comes any more: unregister yourself after those that wait
        ValueOffer, // you are the only one: keep the value, if you can
    };

    /*! Null: there is no event. */
    Notification(Kind kind, const Event *event) noexcept : m_event(event), m_kind(kind) {}
    Q_DISABLE_COPY_MOVE(Notification)

    Kind kind() const noexcept { return m_kind; }
    const Event &event() const noexcept { return *m_event; }

    // What became of a delivery, told by the handler.
    mutable bool isRefused = false; // it did not want it
    mutable bool isAwaited = false; // it ends later

protected:
    const Event *m_event;

private:
    const Kind m_kind;
};

/*! A value for a single handler, which need not become an event. Its type is the registry's. */
class ValueOffer final : public Notification
{
public:
    explicit ValueOffer(void *value) noexcept : Notification(Kind::ValueOffer, nullptr), m_value(value) {}
    void *value() const noexcept { return m_value; }
    mutable bool isTaken = false; // the value has been moved away

private:
    void *const m_value;
};

} // namespace SignalBox::detail
