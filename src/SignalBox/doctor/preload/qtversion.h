// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/private/qcoreapplication_p.h>
#include <QtCore/private/qobject_p.h>
#include <QtCore/private/qobject_p_p.h>
#include <QtCore/private/qthread_p.h>
#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qmetaobject.h>

#include <cstddef>
#include <cstdint>

// All that depends on how one version of Qt lays out what it keeps to itself. Tried with 6.4.2, 6.8.2 and 6.11.2. Where a layout is another one,
// the assertions do not compile, and requirements.cmake switches the doctor off.

namespace SignalBox::Doctor {

// QMetaCallEvent, member by member, since all of them are private. Between the signal's index and the sender there are four bytes that Qt
// does not use: the id of the connection travels there.
struct QueuedCall
{
    void **table;
    char event[sizeof(QEvent) - sizeof(void *)];
    int signal; // in Qt's counting of signals, or -1
    std::uint32_t id;
    const QObject *sender; // may be dead
    void *waiting; // what a blocking call waits at
    QtPrivate::QSlotObjectBase *slotObject; // or null
    void **arguments;
    QObjectPrivate::StaticMetaCallFunction function;
    int argumentCount; // with the result
    unsigned short methodOffset;
    unsigned short methodRelative;

    int method() const { return methodOffset + methodRelative; }
    const QMetaType *types() const { return reinterpret_cast<const QMetaType *>(arguments + argumentCount); }
};
static_assert(offsetof(QueuedCall, signal) == sizeof(QEvent));
static_assert(offsetof(QueuedCall, sender) == sizeof(QEvent) + 8);
static_assert(sizeof(QAbstractMetaCallEvent) == offsetof(QueuedCall, slotObject));
#if QT_VERSION >= QT_VERSION_CHECK(6, 11, 0)
using QueuedCallEvent = QQueuedMetaCallEvent;
constexpr char queuedCallTable[] = "_ZTV20QQueuedMetaCallEvent";
constexpr const char *otherCallTable = "_ZTV14QMetaCallEvent"; // of blocking calls
static_assert(sizeof(QMetaCallEvent) == sizeof(QueuedCall));
// How many arguments, with the result, have their pointers and types in the event itself; of how many the values lie there, and up to which size.
constexpr int ownArguments = 5;
constexpr int ownValues = 3;
constexpr qsizetype ownValueSize = 3 * sizeof(void *);
#else
using QueuedCallEvent = QMetaCallEvent;
constexpr char queuedCallTable[] = "_ZTV14QMetaCallEvent";
constexpr const char *otherCallTable = nullptr;
static_assert(sizeof(QMetaCallEvent) == sizeof(QueuedCall) + 3 * (sizeof(void *) + sizeof(QMetaType)));
constexpr int ownArguments = 3;
constexpr int ownValues = 0;
constexpr qsizetype ownValueSize = 0;
#endif

// QSlotObjectBase's two members.
struct SlotObject
{
    using Function = void (*)(int which, QtPrivate::QSlotObjectBase *self, QObject *receiver, void **arguments, bool *result);

    QAtomicInt references;
    Function function;
    void *member[2]; // of those made from a member function: which
};
static_assert(sizeof(QtPrivate::QSlotObjectBase) == offsetof(SlotObject, member));

// QObject, whose QObjectData tells what it goes through.
inline QObjectPrivate *privateOf(const QObject *object)
{
    return QObjectPrivate::get(const_cast<QObject *>(object));
}

inline QThreadData *threadDataOf(const QObject *object)
{
    return privateOf(object)->threadData.loadRelaxed();
}

// How many loops of the thread are under way.
inline const int &loopsOf(const QThreadData *data)
{
    return data->loopLevel;
}

// How many events are being delivered on the thread.
inline const int &deliveriesOf(const QThreadData *data)
{
    return data->scopeLevel;
}

// The innermost loop, or null.
inline const void *loopOf(const QThreadData *data)
{
    return data->eventLoops.isEmpty() ? nullptr : data->eventLoops.constLast();
}

// Of a connection that was just made.
inline QObjectPrivate::Connection *partsOf(const QMetaObject::Connection &connection)
{
    static_assert(sizeof(QMetaObject::Connection) == sizeof(void *));
    return *reinterpret_cast<QObjectPrivate::Connection *const *>(&connection);
}

// The interval in ms of a timer of this thread; -1 if there is none.
inline std::int64_t intervalOf(QAbstractEventDispatcher *dispatcher, QObject *receiver, int timerId)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    for (const auto &timer : dispatcher->timersForObject(receiver)) {
        if (int(timer.timerId) == timerId)
            return std::chrono::duration_cast<std::chrono::milliseconds>(timer.interval).count();
    }
#else
    for (const auto &timer : dispatcher->registeredTimers(receiver)) {
        if (timer.timerId == timerId)
            return timer.interval;
    }
#endif
    return -1;
}

} // namespace SignalBox::Doctor
