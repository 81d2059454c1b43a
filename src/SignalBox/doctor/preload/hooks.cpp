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
    if (!record)
        return originalPlace(event, receiver);
    const RunningCall running(receiver, reinterpret_cast<QueuedCall *>(event));
    originalPlace(event, receiver);
}

void destroyCall(QMetaCallEvent *event)
{
    if (record)
        noteDestroyed(reinterpret_cast<QueuedCall *>(event));
    originalDestroy(event);
}

void deleteCall(QMetaCallEvent *event)
{
    if (record)
        noteDestroyed(reinterpret_cast<QueuedCall *>(event));
    originalDelete(event);
}

bool deliver(void **parameters)
{
    if (record)
        noteEvent(static_cast<QObject *>(parameters[0]), static_cast<QEvent *>(parameters[1]));
    return false; // Qt delivers
}

template <class Function> Function take(const char *name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

} // namespace

bool setHooks()
{
    originalPlace = take<decltype(originalPlace)>("_ZN14QMetaCallEvent13placeMetaCallEP7QObject");
    originalDestroy = take<decltype(originalDestroy)>("_ZN14QMetaCallEventD1Ev");
    originalDelete = take<decltype(originalDelete)>("_ZN14QMetaCallEventD0Ev");
    auto **table = take<void **>("_ZTV14QMetaCallEvent");
    auto *postFunction = take<void *>("_ZN16QCoreApplication9postEventEP7QObjectP6QEventi");
    auto *removeFunction = take<void *>("_ZN16QCoreApplication18removePostedEventsEP7QObjecti");
    if (!originalPlace || !originalDestroy || !originalDelete || !table || !postFunction || !removeFunction)
        return false;
    callTable = table + 2; // behind the offset and the type
    // Posting last: what was posted before it does without an id.
    const bool areSet = replaceVirtual(callTable, reinterpret_cast<void *>(originalPlace), reinterpret_cast<void *>(&placeCall))
            && replaceVirtual(callTable, reinterpret_cast<void *>(originalDestroy), reinterpret_cast<void *>(&destroyCall))
            && replaceVirtual(callTable, reinterpret_cast<void *>(originalDelete), reinterpret_cast<void *>(&deleteCall));
    originalRemove = areSet ? reinterpret_cast<decltype(originalRemove)>(redirect(removeFunction, reinterpret_cast<void *>(&removePosted))) : nullptr;
    originalPost = originalRemove ? reinterpret_cast<decltype(originalPost)>(redirect(postFunction, reinterpret_cast<void *>(&post))) : nullptr;
    return originalPost && QInternal::registerCallback(QInternal::EventNotifyCallback, &deliver);
}

} // namespace SignalBox::Doctor
