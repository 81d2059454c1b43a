// SPDX-License-Identifier: MIT
#include "recorder.h"

#include <QtCore/qobject.h>

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <cstring>

namespace SignalBox::Doctor {

Record *record = nullptr;
thread_local constinit Thread *ownThread = nullptr;

namespace {

// Held while something is added, which happens once for each connection, class and module.
pthread_mutex_t additions = PTHREAD_MUTEX_INITIALIZER;

// Which connection has a key; open addressing, never shrinks.
// Orders: the release store of an id in publish() pairs with the acquire load in findConnection(): with less, a key could be read that is
// not yet written.
constexpr std::size_t tableSize = 4 * Record::connectionCapacity;
std::array<std::atomic<ConnectionId>, tableSize> table;

std::size_t placeOf(const ConnectionKey &key)
{
    std::uint64_t hash = key.code * 0x9e37'79b9'7f4a'7c15u;
    for (const std::uint64_t part : {key.slot, key.signal, key.classes})
        hash = (hash ^ (hash >> 29) ^ part) * 0xbf58'476d'1ce4'e5b9u;
    return (hash ^ (hash >> 32)) % tableSize;
}

bool hasKey(const Connection &connection, const ConnectionKey &key)
{
    return connection.key[0] == key.code && connection.key[1] == key.slot && connection.key[2] == key.signal
            && connection.key[3] == key.classes;
}

void leaveThread(void *own)
{
    auto *thread = static_cast<Thread *>(own);
    ownThread = nullptr;
    if (!record)
        return; // a child that was forked
    thread->busySince.store(0, std::memory_order_relaxed);
    thread->waitEvent.store(0, std::memory_order_relaxed);
    thread->generation.fetch_add(1, std::memory_order_relaxed);
    thread->tid.store(0, std::memory_order_release); // after everything else: it may have another owner from now on
}

pthread_key_t threadEnd()
{
    static const pthread_key_t key = [] {
        pthread_key_t made = 0;
        pthread_key_create(&made, &leaveThread);
        return made;
    }();
    return key;
}

struct FramesBeingRead
{
    Frames *frames;
    std::size_t most;
    std::size_t count;
    std::size_t skipped;
};

_Unwind_Reason_Code addFrame(_Unwind_Context *context, void *data)
{
    auto &reading = *static_cast<FramesBeingRead *>(data);
    if (reading.skipped > 0) {
        --reading.skipped;
        return _URC_NO_REASON;
    }
    const auto address = std::uint64_t(_Unwind_GetIP(context));
    if (address == 0 || reading.count == reading.most)
        return _URC_END_OF_STACK;
    (*reading.frames)[reading.count++] = address;
    return _URC_NO_REASON;
}

} // namespace

Thread &makeThisThread()
{
    const auto tid = std::uint32_t(syscall(SYS_gettid));
    for (std::size_t i = 0; i + 1 < Record::threadCapacity; ++i) {
        Thread &thread = record->threads[i];
        std::uint32_t nobody = 0;
        // Acquire: what the last owner wrote is before what this one writes.
        if (!thread.tid.compare_exchange_strong(nobody, tid, std::memory_order_acquire, std::memory_order_relaxed))
            continue;
        for (std::atomic<std::uint64_t> *word : {&thread.data, &thread.loops, &thread.deliveries, &thread.turns, &thread.busySince, &thread.eventClass,
                                                 &thread.waitEvent, &thread.waitData, &thread.waitSince})
            word->store(0, std::memory_order_relaxed);
        thread.connection.store(0, std::memory_order_relaxed);
        std::uint32_t seen = record->threadCount.load(std::memory_order_relaxed);
        while (seen < i + 1 && !record->threadCount.compare_exchange_weak(seen, std::uint32_t(i + 1), std::memory_order_relaxed)) { }
        pthread_getname_np(pthread_self(), thread.name, sizeof thread.name);
        ownThread = &thread;
        pthread_setspecific(threadEnd(), &thread);
        return thread;
    }
    ownThread = &record->threads[Record::threadCapacity - 1];
    return *ownThread;
}

std::uint64_t hashOf(const char *text)
{
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325u;
    for (; *text; ++text)
        hash = (hash ^ static_cast<unsigned char>(*text)) * 0x100'0000'01b3u;
    return hash;
}

std::uint64_t hashOf(const Frames &frames)
{
    std::uint64_t hash = 0;
    for (const std::uint64_t frame : frames)
        hash = (hash ^ frame) * 0x9e37'79b9'7f4a'7c15u;
    return hash;
}

Connection *findConnection(const ConnectionKey &key)
{
    for (std::size_t place = placeOf(key);; place = (place + 1) % tableSize) {
        const ConnectionId id = table[place].load(std::memory_order_acquire);
        if (id == 0)
            return nullptr;
        if (hasKey(record->connections[id], key))
            return &record->connections[id];
    }
}

Connection *beginConnection(const ConnectionKey &key)
{
    pthread_mutex_lock(&additions);
    const std::uint32_t count = record->connectionCount.load(std::memory_order_relaxed);
    if (Connection *made = findConnection(key); made || count + 1 >= Record::connectionCapacity) {
        pthread_mutex_unlock(&additions);
        return made;
    }
    record->connectionCount.store(count + 1, std::memory_order_relaxed);
    Connection &connection = record->connections[count + 1];
    connection.key[0] = key.code;
    connection.key[1] = key.slot;
    connection.key[2] = key.signal;
    connection.key[3] = key.classes;
    return &connection;
}

void publish(Connection *connection)
{
    const ConnectionKey key{connection->key[0], connection->key[1], connection->key[2], connection->key[3]};
    connection->isReady.store(1, std::memory_order_release);
    std::size_t place = placeOf(key);
    while (table[place].load(std::memory_order_relaxed) != 0)
        place = (place + 1) % tableSize;
    table[place].store(idOf(connection), std::memory_order_release);
    pthread_mutex_unlock(&additions);
}

void nameReceiver(Connection &connection, const char *name)
{
    if (!*name || connection.receiverName.load(std::memory_order_relaxed) != 0)
        return;
    pthread_mutex_lock(&additions);
    if (connection.receiverName.load(std::memory_order_relaxed) == 0)
        connection.receiverName.store(addText(name), std::memory_order_release); // after the text itself
    pthread_mutex_unlock(&additions);
}

TextId addText(const char *text)
{
    if (!text || !*text)
        return 0;
    const std::size_t length = std::min<std::size_t>(std::strlen(text), 1000);
    const std::uint32_t place = std::max(1u, record->textSize.load(std::memory_order_relaxed));
    if (place + length + 1 > Record::textCapacity)
        return 0;
    std::memcpy(&record->texts[place], text, length); // zeros follow
    record->textSize.store(std::uint32_t(place + length + 1), std::memory_order_release);
    return place;
}

void addModuleOf(std::uint64_t address)
{
    dl_find_object found;
    if (_dl_find_object(reinterpret_cast<void *>(address), &found) != 0)
        return;
    const std::uint64_t base = found.dlfo_link_map->l_addr;
    const char *path = found.dlfo_link_map->l_name;
    const std::uint32_t count = record->moduleCount.load(std::memory_order_relaxed);
    const bool isProgram = !path || !*path;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (record->modules[i].base == base && (isProgram || std::strcmp(record->modules[i].path, path) == 0))
            return;
    }
    if (count == Record::moduleCapacity)
        return;
    Module &module = record->modules[count];
    module.base = base;
    if (isProgram) {
        const auto length = readlink("/proc/self/exe", module.path, sizeof module.path - 1);
        module.path[std::max<ssize_t>(0, length)] = 0;
    } else {
        std::strncpy(module.path, path, sizeof module.path - 1);
    }
    module.isReady.store(1, std::memory_order_release);
    record->moduleCount.store(count + 1, std::memory_order_release);
}

void addModulesOf(const Frames &frames)
{
    for (const std::uint64_t address : frames) {
        if (address)
            addModuleOf(address);
    }
}

Timer *addTimer(QObject *receiver)
{
    pthread_mutex_lock(&additions);
    const std::uint32_t count = record->timerCount.load(std::memory_order_relaxed);
    Timer *timer = nullptr;
    const auto address = reinterpret_cast<std::uint64_t>(receiver);
    const char *name = receiver->metaObject()->className();
    for (std::uint32_t i = 0; i < count && !timer; ++i) {
        Timer &other = record->timers[i];
        if (other.receiver == address && std::strcmp(&record->texts[other.receiverClass], name) == 0)
            timer = &other;
    }
    if (!timer && count < Record::timerCapacity) {
        timer = &record->timers[count];
        timer->tid = std::uint32_t(syscall(SYS_gettid));
        timer->receiver = address;
        timer->receiverClass = addText(name);
        timer->receiverName = addText(receiver->objectName().toUtf8().constData());
        timer->parentClass = receiver->parent() ? addText(receiver->parent()->metaObject()->className()) : 0;
        timer->firstFired = now();
        timer->isReady.store(1, std::memory_order_release);
        record->timerCount.store(count + 1, std::memory_order_release);
    }
    pthread_mutex_unlock(&additions);
    return timer;
}

[[gnu::noinline]] void readFrames(Frames &frames, std::size_t most)
{
    frames.fill(0);
    FramesBeingRead reading{&frames, most, 0, 2}; // not this function, not its caller
    _Unwind_Backtrace(&addFrame, &reading);
}

} // namespace SignalBox::Doctor
