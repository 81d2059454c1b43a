// SPDX-License-Identifier: MIT
#include "calls.h"
#include "hooks.h"
#include "loops.h"
#include "patch.h"
#include "qtversion.h"

#include <QtCore/qcoreapplication.h>

#include <dlfcn.h>

namespace SignalBox::Doctor {

namespace {

void (*originalPost)(QObject *, QEvent *, int);
void (*originalRemove)(QObject *, int);
bool (*originalDeliver)(QObject *, QEvent *);
void (*originalPlace)(QMetaCallEvent *, QObject *);

// A class of events that carry a call: its virtual functions, before.
struct CallClass
{
    void **table = nullptr; // as events point to it
    void (*destroy)(QMetaCallEvent *) = nullptr;
    void (*remove)(QMetaCallEvent *) = nullptr; // and frees it
};
CallClass queuedCalls;
CallClass otherCalls; // since Qt 6.11: those that block are of a class of their own

bool isQueuedCall(const QEvent *event)
{
    if (!event || event->type() != QEvent::MetaCall)
        return false;
    void **table = reinterpret_cast<const QueuedCall *>(event)->table;
    return table == queuedCalls.table || table == otherCalls.table;
}

void post(QObject *receiver, QEvent *event, int priority)
{
    if (record && receiver && isQueuedCall(event))
        notePosted(receiver, reinterpret_cast<QueuedCall *>(event));
    originalPost(receiver, event, priority);
}

void removePosted(QObject *receiver, int eventType)
{
    if (!record)
        return originalRemove(receiver, eventType);
    if (eventType == QEvent::Quit && receiver == QCoreApplication::instance())
        noteLoopBegins();
    const Removal removal(receiver);
    originalRemove(receiver, eventType);
}

void placeCall(QMetaCallEvent *event, QObject *receiver)
{
    auto *call = reinterpret_cast<QueuedCall *>(event);
    if (!record || call->id == 0)
        return originalPlace(event, receiver);
    const RunningCall running(receiver, call);
    originalPlace(event, receiver);
}

void noteEnd(QMetaCallEvent *event)
{
    auto *call = reinterpret_cast<QueuedCall *>(event);
    if (record && (call->id != 0 || call->waiting))
        noteDestroyed(call);
}

template <CallClass &calls> void destroyCall(QMetaCallEvent *event)
{
    noteEnd(event);
    calls.destroy(event);
}

template <CallClass &calls> void deleteCall(QMetaCallEvent *event)
{
    noteEnd(event);
    calls.remove(event);
}

bool deliver(QObject *receiver, QEvent *event)
{
    if (record && receiver && event)
        noteEvent(receiver, event);
    return originalDeliver(receiver, event);
}

template <class Function> Function take(const char *name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// `original` is set before anybody can need it.
template <class Function> bool redirectTo(Function replacement, Function &original, const char *name)
{
    auto *function = take<void *>(name);
    return function && redirect(function, reinterpret_cast<void *>(replacement), reinterpret_cast<void **>(&original));
}

// The destructors are the first two of each table of an event.
template <CallClass &calls> bool watchClass(const char *tableName)
{
    auto **table = take<void **>(tableName);
    if (!table)
        return false;
    table += 2; // behind the offset and the type
    calls.destroy = reinterpret_cast<decltype(calls.destroy)>(table[0]);
    calls.remove = reinterpret_cast<decltype(calls.remove)>(table[1]);
    calls.table = table;
    return replaceVirtual(table, reinterpret_cast<void *>(originalPlace), reinterpret_cast<void *>(&placeCall))
            && replaceVirtual(table, table[0], reinterpret_cast<void *>(&destroyCall<calls>))
            && replaceVirtual(table, table[1], reinterpret_cast<void *>(&deleteCall<calls>));
}

} // namespace

bool setHooks()
{
    originalPlace = take<decltype(originalPlace)>("_ZN14QMetaCallEvent13placeMetaCallEP7QObject");
    // Posting last: what was posted before it does without an id.
    return originalPlace && watchClass<queuedCalls>(queuedCallTable) && (!otherCallTable || watchClass<otherCalls>(otherCallTable))
            && redirectTo(&deliver, originalDeliver, "_ZN16QCoreApplication15notifyInternal2EP7QObjectP6QEvent")
            && redirectTo(&removePosted, originalRemove, "_ZN16QCoreApplication18removePostedEventsEP7QObjecti")
            && redirectTo(&post, originalPost, "_ZN16QCoreApplication9postEventEP7QObjectP6QEventi");
}

} // namespace SignalBox::Doctor
