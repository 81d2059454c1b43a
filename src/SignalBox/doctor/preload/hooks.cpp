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
void (*originalDestroy)(QMetaCallEvent *);
void (*originalDelete)(QMetaCallEvent *);
void **callTable; // as events point to it

bool isQueuedCall(const QEvent *event)
{
    return event && event->type() == QEvent::MetaCall && reinterpret_cast<const QueuedCall *>(event)->table == callTable;
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
    const RunningCall running(call);
    originalPlace(event, receiver);
}

void destroyCall(QMetaCallEvent *event)
{
    auto *call = reinterpret_cast<QueuedCall *>(event);
    if (record && (call->id != 0 || call->waiting))
        noteDestroyed(call);
    originalDestroy(event);
}

void deleteCall(QMetaCallEvent *event)
{
    auto *call = reinterpret_cast<QueuedCall *>(event);
    if (record && (call->id != 0 || call->waiting))
        noteDestroyed(call);
    originalDelete(event);
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

} // namespace

bool setHooks()
{
    originalPlace = take<decltype(originalPlace)>("_ZN14QMetaCallEvent13placeMetaCallEP7QObject");
    originalDestroy = take<decltype(originalDestroy)>("_ZN14QMetaCallEventD1Ev");
    originalDelete = take<decltype(originalDelete)>("_ZN14QMetaCallEventD0Ev");
    auto **table = take<void **>("_ZTV14QMetaCallEvent");
    if (!originalPlace || !originalDestroy || !originalDelete || !table)
        return false;
    callTable = table + 2; // behind the offset and the type
    // Posting last: what was posted before it does without an id.
    return replaceVirtual(callTable, reinterpret_cast<void *>(originalPlace), reinterpret_cast<void *>(&placeCall))
            && replaceVirtual(callTable, reinterpret_cast<void *>(originalDestroy), reinterpret_cast<void *>(&destroyCall))
            && replaceVirtual(callTable, reinterpret_cast<void *>(originalDelete), reinterpret_cast<void *>(&deleteCall))
            && redirectTo(&deliver, originalDeliver, "_ZN16QCoreApplication15notifyInternal2EP7QObjectP6QEvent")
            && redirectTo(&removePosted, originalRemove, "_ZN16QCoreApplication18removePostedEventsEP7QObjecti")
            && redirectTo(&post, originalPost, "_ZN16QCoreApplication9postEventEP7QObjectP6QEventi");
}

} // namespace SignalBox::Doctor
