// SPDX-License-Identifier: MIT
#include <SignalBox/core/hazard/hazarddomain.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#if defined(__unix__) || defined(__APPLE__)
#    include <pthread.h>
#elif defined(_WIN32)
#    include <windows.h>
#endif

// What StandardPlatform promises of the process and its threads: the one domain, and each thread's record.

namespace SignalBox::detail {

#if defined(_WIN32)
namespace {

// A variable of each thread, in a slot of the system's. thread_local would not do: MinGW's GCC frees the memory of such
// variables before it runs the destructors of others, and these may use registries.
template <class T>
class ThreadSlot
{
public:
    // Before the first use of any: what it then reads is null.
    void allocate() noexcept
    {
        m_index = TlsAlloc();
        if (m_index == TLS_OUT_OF_INDEXES)
            std::abort(); // more than 1088 slots in the process
    }
    void free() noexcept
    {
        const DWORD index = m_index.exchange(TLS_OUT_OF_INDEXES);
        if (index != TLS_OUT_OF_INDEXES)
            TlsFree(index);
    }
    bool isAllocated() const noexcept { return m_index.load(std::memory_order_relaxed) != TLS_OUT_OF_INDEXES; }

    operator T *() const noexcept
    {
        const DWORD index = m_index.load(std::memory_order_relaxed);
        return index == TLS_OUT_OF_INDEXES ? nullptr : static_cast<T *>(TlsGetValue(index));
    }
    T *operator->() const noexcept { return *this; }
    ThreadSlot &operator=(T *value) noexcept
    {
        if (!TlsSetValue(m_index.load(std::memory_order_relaxed), value))
            std::abort(); // no memory for slots above the first 64
        return *this;
    }

private:
    std::atomic<DWORD> m_index{TLS_OUT_OF_INDEXES};
};

constinit ThreadSlot<HazardRecord<StandardPlatform>> currentThreadRecord;
constinit ThreadSlot<HazardRecord<StandardPlatform>> lightThreadRecord;

} // namespace
#elif defined(__ELF__)
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
#if defined(_WIN32)
constinit ThreadSlot<void> threadEnd;
bool isThreadEnding() noexcept { return threadEnd != nullptr; }
void beginThreadEnd() noexcept { threadEnd = &threadEnd; }
#else
constinit thread_local bool threadIsEnding = false;
bool isThreadEnding() noexcept { return threadIsEnding; }
void beginThreadEnd() noexcept { threadIsEnding = true; }
#endif

void endThread() noexcept
{
    beginThreadEnd();
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
#elif defined(_WIN32)
// Called as DllMain() is, also in programs that contain this library: after the destructors of the module's own
// thread_locals, and before or after those of other modules.
void NTAPI onThreadEnd(void *, DWORD reason, void *isProcessEnd) noexcept
{
    if (reason == DLL_THREAD_DETACH && threadEnd.isAllocated()) {
        endThread();
    } else if (reason == DLL_PROCESS_DETACH && !isProcessEnd) {
        // The code of a DLL that contains this library is unloaded, maybe before its threads end.
        currentThreadRecord.free();
        lightThreadRecord.free();
        threadEnd.free();
    }
}

// The loader calls what the sections .CRT$XLA to .CRT$XLZ name, in the order of their names: this after the runtime's own.
#    if defined(_MSC_VER)
#        pragma comment(linker, "/INCLUDE:_tls_used")
#        pragma section(".CRT$XLY", long, read)
extern "C" __declspec(allocate(".CRT$XLY")) const PIMAGE_TLS_CALLBACK signalBoxThreadEnd = &onThreadEnd;
#        pragma comment(linker, "/INCLUDE:signalBoxThreadEnd")
#    else
[[gnu::section(".CRT$XLY"), gnu::used]] const PIMAGE_TLS_CALLBACK threadEndCallback = &onThreadEnd;
#    endif

void returnRecordAtThreadEnd() noexcept {}
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
#if defined(_WIN32)
        currentThreadRecord.allocate();
        lightThreadRecord.allocate();
        threadEnd.allocate();
#endif
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
    Record *record = processDomain.acquireRecord();
    currentThreadRecord = record;
    lightThreadRecord = usesLightFence() ? record : nullptr;
    if (isThreadEnding())
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
#if defined(_WIN32)
    return reinterpret_cast<const void *>(std::uintptr_t{GetCurrentThreadId()}); // never 0
#else
    return &currentThreadRecord;
#endif
}

} // namespace SignalBox::detail
