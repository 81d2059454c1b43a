// SPDX-License-Identifier: MIT
#include <SignalBox/core/hazard/hazarddomain.h>

#include <atomic>
#include <cstdlib>

#if defined(__unix__) || defined(__APPLE__)
#    include <pthread.h>
#endif

// What StandardPlatform promises of the process and its threads: the one domain, and each thread's record.

namespace SignalBox::detail {

#if defined(__ELF__)
constinit thread_local HazardRecord<StandardPlatform> *currentThreadRecord = nullptr;
constinit thread_local HazardRecord<StandardPlatform> *lightThreadRecord = nullptr;
#else
static constinit thread_local HazardRecord<StandardPlatform> *currentThreadRecord = nullptr;
static constinit thread_local HazardRecord<StandardPlatform> *lightThreadRecord = nullptr;
#endif

namespace {

using Record = HazardRecord<StandardPlatform>;

constinit HazardDomain<StandardPlatform> processDomain;

// The first threads' records need no allocation.
constinit Record firstRecords[16];

// Whether the thread is past the end of its thread_locals: records are borrowed from then on.
constinit thread_local bool isThreadEnding = false;

void endThread() noexcept
{
    isThreadEnding = true;
    // A handler that ends its thread from inside still uses its slots; the record is then lost.
    if (currentThreadRecord && currentThreadRecord->freeSlot() == &currentThreadRecord->slotArray[0])
        StandardPlatform::returnRecord();
}

#if defined(__unix__) || defined(__APPLE__)
// POSIX keys are destroyed after the thread_locals of C++, so those still find the record, and again in
// later rounds if a key's destructor makes the first use. (Not in the main thread at exit: it keeps its own.)
class ThreadEndKey
{
public:
    ThreadEndKey()
    {
        if (pthread_key_create(&m_key, [](void *) { endThread(); }) != 0)
            std::abort(); // more than PTHREAD_KEYS_MAX keys in the process
    }
    ThreadEndKey(const ThreadEndKey &) = delete;
    ThreadEndKey &operator=(const ThreadEndKey &) = delete;
    // The code of a plugin that contains this library may be unloaded before its threads end. (At exit:
    // harmless; arm() fails from here on, and the record stays with its thread.)
    ~ThreadEndKey() { pthread_key_delete(m_key); }
    void arm() const noexcept { pthread_setspecific(m_key, currentThreadRecord); }

private:
    pthread_key_t m_key{};
};

void returnRecordAtThreadEnd() noexcept
{
    static const ThreadEndKey key;
    key.arm();
}
#else
void returnRecordAtThreadEnd() noexcept
{
    struct Returner
    {
        ~Returner() { endThread(); }
        bool isArmed = false;
    };
    static thread_local Returner returner;
    returner.isArmed = true;
}
#endif

void prepareProcess() noexcept
{
    static const bool isPrepared = [] {
        for (Record &record : firstRecords)
            processDomain.addRecord(&record);
#if defined(__unix__) || defined(__APPLE__)
        pthread_atfork(nullptr, nullptr, [] { processDomain.forgetOtherThreads(currentThreadRecord); });
#endif
        initializeFenceMode();
        return true;
    }();
    static_cast<void>(isPrepared);
}

} // namespace

HazardDomain<StandardPlatform> &StandardPlatform::domain() noexcept
{
    return processDomain;
}

#if !defined(__ELF__)
Record *StandardPlatform::currentRecord() noexcept
{
    return currentThreadRecord;
}

Record *StandardPlatform::lightRecord() noexcept
{
    return lightThreadRecord;
}
#endif

bool StandardPlatform::borrowRecord() noexcept
{
    if (currentThreadRecord)
        return false;
    prepareProcess();
    currentThreadRecord = processDomain.acquireRecord();
    lightThreadRecord = usesLightFence() ? currentThreadRecord : nullptr;
    if (isThreadEnding)
        return true;
    returnRecordAtThreadEnd();
    return false;
}

void StandardPlatform::returnRecord() noexcept
{
    Record *record = currentThreadRecord;
    currentThreadRecord = nullptr;
    lightThreadRecord = nullptr;
    processDomain.releaseRecord(record);
}

const void *StandardPlatform::currentThread() noexcept
{
    return &currentThreadRecord;
}

} // namespace SignalBox::detail
