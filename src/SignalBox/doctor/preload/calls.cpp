// SPDX-License-Identifier: MIT
#include "calls.h"

#include "qtversion.h"
#include "sites.h"

#include <QtCore/qthread.h>

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <typeinfo>

namespace SignalBox::Doctor {

namespace {

// What the posting thread posted last, so that most calls find their connection without looking at objects. It compares addresses: should
// an object's memory have become that of another class, with the same slot, the call is counted for the earlier class.
struct KnownCall
{
    std::uint64_t code;
    std::uint64_t slot;
    const QObject *sender;
    const QObject *receiver;
    int signal;
    ConnectionId id;
};

constexpr std::size_t knownCount = 32; // it lies on the stack of each thread

thread_local constinit KnownCall known[knownCount]{};
// The kind of removal that runs on this thread.
enum : int { NoRemoval, ReceiverDies, ProgramAsks };
thread_local constinit int removal = NoRemoval;

const SlotObject *slotObjectOf(const QueuedCall *call)
{
    return reinterpret_cast<const SlotObject *>(call->slotObject);
}

std::uint64_t codeOf(const QueuedCall *call)
{
    return call->slotObject ? reinterpret_cast<std::uint64_t>(slotObjectOf(call)->function) : reinterpret_cast<std::uint64_t>(call->function);
}

// What tells connections of one code apart. A slot object's own address does: one to another function of the same type has another. What
// invokeMethod() makes is new each time.
std::uint64_t slotOf(const QueuedCall *call)
{
    const std::uint64_t slot = !call->slotObject ? std::uint64_t(call->method()) * 2 + 1
            : call->signal >= 0 ? reinterpret_cast<std::uint64_t>(call->slotObject)
                                : 0;
    return call->waiting ? ~slot : slot;
}

// Which of the class's methods is this signal, in Qt's counting of signals alone.
QMetaMethod signalOf(const QMetaObject *meta, int signal)
{
    int count = 0;
    for (int i = 0; i < meta->methodCount(); ++i) {
        const QMetaMethod method = meta->method(i);
        if (method.methodType() == QMetaMethod::Signal && count++ == signal)
            return method;
    }
    return {};
}

bool isOverloaded(const QMetaObject *meta, const QMetaMethod &signal)
{
    for (int i = 0; i < meta->methodCount(); ++i) {
        const QMetaMethod method = meta->method(i);
        const bool isOther = i != signal.methodIndex() && (method.attributes() & QMetaMethod::Cloned) == 0; // cloned: for default arguments
        if (isOther && method.name() == signal.name())
            return true;
    }
    return false;
}

std::uint32_t bytesOf(const QueuedCall *call)
{
    // The allocator rounds up to 16, and takes 8 for itself.
    const auto allocated = [](std::size_t size) { return std::uint32_t((size + 8 + 15) / 16 * 16); };
    std::uint32_t bytes = allocated(sizeof(QueuedCallEvent)) + std::uint32_t(sizeof(QPostEvent));
    const bool areCopied = !call->waiting && call->arguments;
    for (int i = 1; areCopied && i < call->argumentCount; ++i) {
        const qsizetype size = std::max<qsizetype>(0, call->types()[i].sizeOf());
        if (i > ownValues || size > ownValueSize)
            bytes += allocated(std::size_t(size));
    }
    if (areCopied && call->argumentCount > ownArguments)
        bytes += allocated(std::size_t(call->argumentCount) * (sizeof(void *) + sizeof(QMetaType)));
    return bytes;
}

// What C++ calls the object's class, which may be more exact than what moc was told. Null where there is no such information.
const char *typeOf(const QObject *object)
{
    // Where the compiler was told to leave it out, the place in front of the table is null.
    const auto *table = *reinterpret_cast<void *const *const *>(object);
    const auto *type = static_cast<const std::type_info *>(table[-1]);
    return type ? type->name() : nullptr;
}

// Its name may change meanwhile where it lives on another thread, so it is not asked for then.
TextId nameOf(const QObject *object)
{
    const bool isOwn = threadDataOf(object)->threadId.loadRelaxed() == QThread::currentThreadId();
    return isOwn ? addText(object->objectName().toUtf8().constData()) : 0;
}

void describeObjects(Connection &connection, const QObject *sender, int signal, const QObject *receiver)
{
    if (sender) {
        const QMetaObject *meta = sender->metaObject();
        connection.senderClass = addText(meta->className());
        connection.senderType = addText(typeOf(sender));
        connection.senderName = nameOf(sender);
        if (signal >= 0) {
            const QMetaMethod method = signalOf(meta, signal);
            connection.signal = addText(method.methodSignature().constData());
            connection.isSignalOverloaded = isOverloaded(meta, method);
        }
    }
    connection.receiverClass = addText(receiver->metaObject()->className());
    connection.receiverType = addText(typeOf(receiver));
    connection.firstPost = now();
    connection.posterThread = std::uint32_t(syscall(SYS_gettid));
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof name);
    connection.posterName = addText(name);
}

// The first call of a connection, on this thread at least.
Connection *connectionOf(const QObject *receiver, const QueuedCall *call)
{
    const QObject *sender = call->signal >= 0 ? call->sender : nullptr;
    std::uint64_t code = codeOf(call);
    SlotKind slotKind = call->slotObject ? SlotKind::Functor : SlotKind::Method;
    ConnectionSite site;
    if (call->slotObject) {
        if (findSite(reinterpret_cast<std::uint64_t>(call->slotObject), code, site) && site.member) {
            code = site.member;
            slotKind = SlotKind::MemberFunction;
        }
    } else {
        findSite(siteKey(sender, receiver, call->method()), 0, site);
    }

    const std::uint64_t senderHash = sender ? hashOf(sender->metaObject()->className()) : 0;
    const std::uint64_t receiverHash = hashOf(receiver->metaObject()->className());
    const std::uint64_t slot = slotKind == SlotKind::Method ? std::uint64_t(call->method()) : 1u << 20;
    const ConnectionKey key{code, slot | std::uint64_t(call->waiting ? 1u << 21 : 0), std::uint64_t(std::int64_t(call->signal)),
                            (senderHash * 31 + receiverHash) ^ hashOf(site.frames)};
    if (Connection *connection = findConnection(key))
        return connection;
    Connection *connection = beginConnection(key);
    if (!connection || connection->isReady.load(std::memory_order_relaxed))
        return connection;
    connection->kind = call->signal >= 0 ? CallKind::Signal : CallKind::Invoked;
    connection->slotKind = slotKind;
    connection->isBlocking = call->waiting != nullptr;
    connection->code = code;
    connection->bytesPerCall = bytesOf(call);
    connection->connected = site.frames;
    describeObjects(*connection, sender, call->signal, receiver);
    if (slotKind == SlotKind::Method)
        connection->slot = addText(receiver->metaObject()->method(call->method()).methodSignature().constData());
    readFrames(connection->firstPoster);
    addModuleOf(code);
    addModulesOf(connection->connected);
    addModulesOf(connection->firstPoster);
    publish(connection);
    return connection;
}

// Null for calls that were not counted, as those of a full record.
[[gnu::always_inline]] inline Connection *countedConnectionOf(const QueuedCall *call)
{
    if (call->id == 0 || call->id >= Record::connectionCapacity)
        return nullptr;
    Connection &connection = record->connections[call->id];
    // Without an id, the four bytes are what was there before the event.
    const bool isOwn = connection.isReady.load(std::memory_order_acquire)
            && (connection.slotKind == SlotKind::MemberFunction ? call->slotObject != nullptr : connection.code == codeOf(call));
    return isOwn ? &connection : nullptr;
}

std::uint64_t waitingIn(const Connection &connection)
{
    const std::uint64_t gone = connection.done.load(std::memory_order_relaxed) + connection.removed.load(std::memory_order_relaxed)
            + connection.receiverDied.load(std::memory_order_relaxed) + connection.receiverDiedAtEnd.load(std::memory_order_relaxed);
    const std::uint64_t posted = connection.posted.load(std::memory_order_relaxed);
    return posted > gone ? posted - gone : 0;
}

void raise(std::atomic<std::uint64_t> &most, std::uint64_t value)
{
    std::uint64_t before = most.load(std::memory_order_relaxed);
    while (before < value && !most.compare_exchange_weak(before, value, std::memory_order_relaxed)) { }
}

// One call at a time is timed, so that no clock is read for the others.
// Orders: timedEvent's release store, after timedSince, pairs with the acquire load of endTiming(): with less, it could take the time of
// the call before.
void beginTiming(Connection &connection, const QueuedCall *call)
{
    std::uint64_t nobody = 0;
    if (connection.timedEvent.load(std::memory_order_relaxed) != 0
        || !connection.timedEvent.compare_exchange_strong(nobody, 1, std::memory_order_relaxed))
        return;
    connection.timedSince.store(now(), std::memory_order_relaxed);
    connection.timedEvent.store(reinterpret_cast<std::uint64_t>(call), std::memory_order_release);
}

void endTiming(Connection &connection, const QueuedCall *call)
{
    if (connection.timedEvent.load(std::memory_order_acquire) != reinterpret_cast<std::uint64_t>(call))
        return;
    raise(connection.longestAge, now() - connection.timedSince.load(std::memory_order_relaxed));
    raise(connection.mostWaiting, waitingIn(connection)); // with this one
    connection.timedEvent.store(0, std::memory_order_relaxed);
}

void beginWait(const Connection &connection, const QObject *receiver, const QueuedCall *call)
{
    Thread &thread = thisThread();
    thread.waitSince.store(now(), std::memory_order_relaxed);
    thread.waitConnection.store(idOf(&connection), std::memory_order_relaxed);
    thread.waitData.store(reinterpret_cast<std::uint64_t>(threadDataOf(receiver)), std::memory_order_relaxed);
    thread.waitEvent.store(reinterpret_cast<std::uint64_t>(call), std::memory_order_release); // after what it makes valid
}

void endWait(const QueuedCall *call)
{
    const std::uint32_t count = record->threadCount.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < count; ++i) {
        Thread &thread = record->threads[i];
        auto address = reinterpret_cast<std::uint64_t>(call);
        if (thread.waitEvent.load(std::memory_order_acquire) != address)
            continue;
        Connection &connection = record->connections[thread.waitConnection.load(std::memory_order_relaxed)];
        const std::uint64_t time = now() - thread.waitSince.load(std::memory_order_relaxed);
        connection.blocked.fetch_add(time, std::memory_order_relaxed);
        raise(connection.longestBlocked, time);
        thread.waitEvent.compare_exchange_strong(address, 0, std::memory_order_relaxed);
        return;
    }
}

} // namespace

void notePosted(QObject *receiver, QueuedCall *call)
{
    const std::uint64_t code = codeOf(call);
    const std::uint64_t slot = slotOf(call);
    const std::uint64_t mixed = (code + slot) ^ reinterpret_cast<std::uint64_t>(receiver);
    KnownCall &place = known[(mixed >> 4) % knownCount];
    const bool isKnown = place.code == code && place.slot == slot && place.receiver == receiver && place.sender == call->sender
            && place.signal == call->signal && place.id != 0;
    if (!isKnown) [[unlikely]] {
        Connection *found = connectionOf(receiver, call);
        if (!found) {
            record->overflow.fetch_add(1, std::memory_order_relaxed);
            call->id = 0;
            return;
        }
        place = {code, slot, call->sender, receiver, call->signal, idOf(found)};
    }
    Connection &connection = record->connections[place.id];
    call->id = place.id;
    connection.posted.fetch_add(1, std::memory_order_relaxed);
    beginTiming(connection, call);
    if (call->waiting)
        beginWait(connection, receiver, call);
}

RunningCall::RunningCall(const QObject *receiver, QueuedCall *call) : m_thread(thisThread()), m_before(m_thread.connection.load(std::memory_order_relaxed))
{
    Connection *connection = countedConnectionOf(call);
    if (!connection)
        return;
    m_thread.connection.store(call->id, std::memory_order_relaxed);
    endTiming(*connection, call);
    call->id = 0; // so that its end is none of a call that was lost
    connection->done.fetch_add(1, std::memory_order_relaxed);
    const std::uint32_t tid = m_thread.tid.load(std::memory_order_relaxed);
    if (connection->receiverThread.load(std::memory_order_relaxed) != tid) {
        connection->receiverThread.store(tid, std::memory_order_relaxed);
        if (connection->receiverName.load(std::memory_order_relaxed) == 0)
            nameReceiver(*connection, receiver->objectName().toUtf8().constData());
    }
}

RunningCall::~RunningCall()
{
    m_thread.connection.store(m_before, std::memory_order_relaxed);
}

void noteDestroyed(QueuedCall *call)
{
    if (call->waiting)
        endWait(call);
    Connection *connection = countedConnectionOf(call);
    if (!connection)
        return;
    endTiming(*connection, call);
    call->id = 0;
    const bool isEnding = record->isEnding.load(std::memory_order_relaxed) != 0;
    std::atomic<std::uint64_t> &count = removal != ReceiverDies ? connection->removed
            : isEnding ? connection->receiverDiedAtEnd
                       : connection->receiverDied;
    count.fetch_add(1, std::memory_order_relaxed);
}

Removal::Removal(const QObject *receiver) : m_before(removal)
{
    removal = receiver && privateOf(receiver)->wasDeleted ? ReceiverDies : ProgramAsks;
}

Removal::~Removal()
{
    removal = m_before;
}

void noteDirect(const QObject *sender, int signal, const QObject *receiver, std::uint64_t code, bool isMember, const Frames &connected)
{
    const ConnectionKey key{code, 1u << 22, std::uint64_t(std::int64_t(signal)),
                            hashOf(sender->metaObject()->className()) * 31 + hashOf(receiver->metaObject()->className())};
    Connection *connection = findConnection(key);
    if (!connection) {
        connection = beginConnection(key);
        if (!connection)
            return;
        if (!connection->isReady.load(std::memory_order_relaxed)) {
            connection->kind = CallKind::Direct;
            connection->slotKind = isMember ? SlotKind::MemberFunction : SlotKind::Functor;
            connection->code = code;
            connection->connected = connected;
            describeObjects(*connection, sender, signal, receiver);
            readFrames(connection->firstPoster);
            addModuleOf(code);
            addModulesOf(connection->connected);
            addModulesOf(connection->firstPoster);
            publish(connection);
        }
    }
    connection->posted.fetch_add(1, std::memory_order_relaxed);
    connection->done.fetch_add(1, std::memory_order_relaxed);
}

} // namespace SignalBox::Doctor
