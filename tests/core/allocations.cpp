// SPDX-License-Identifier: MIT
#include "alignedmemory.h"
#include "allocations.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

#if defined(TEST_KEEPS_MALLOC)
#    include <cstring>
#    include <dlfcn.h>
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define TEST_HAS_SANITIZER 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define TEST_HAS_SANITIZER 1
#    endif
#endif

namespace {

constexpr long never = -1;

constinit thread_local long allocations = 0;
constinit thread_local long untilFailure = never;
constinit thread_local bool hasFailed = false;
constinit thread_local int outOfMemory = 0;
constinit std::atomic<long> live{0};

// Whether the allocation that is about to be made may succeed.
bool mayAllocate() noexcept
{
    ++allocations;
    if (outOfMemory > 0)
        return false;
    if (untilFailure == never || untilFailure-- > 0)
        return true;
    hasFailed = true;
    return false;
}

void *counted(void *memory) noexcept
{
    if (memory)
        live.fetch_add(1, std::memory_order_relaxed);
    return memory;
}

} // namespace

AllocationCount::AllocationCount() noexcept : m_start(allocations) {}

long AllocationCount::value() const noexcept
{
    return allocations - m_start;
}

AllocationFailure::AllocationFailure(long index) noexcept
{
    hasFailed = false;
    untilFailure = index;
}

AllocationFailure::~AllocationFailure()
{
    untilFailure = never;
}

bool AllocationFailure::hasHappened() const noexcept
{
    return hasFailed;
}

OutOfMemory::OutOfMemory() noexcept
{
    ++outOfMemory;
}

OutOfMemory::~OutOfMemory()
{
    --outOfMemory;
}

long liveAllocations() noexcept
{
    return live.load(std::memory_order_relaxed);
}

#if defined(__GLIBC__) && !defined(TEST_HAS_SANITIZER) && !defined(TEST_KEEPS_MALLOC)

extern "C" {

void *__libc_malloc(std::size_t size);
void *__libc_calloc(std::size_t count, std::size_t size);
void *__libc_realloc(void *memory, std::size_t size);
void *__libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void *memory);

void *malloc(std::size_t size)
{
    return mayAllocate() ? counted(__libc_malloc(size)) : nullptr;
}

void *calloc(std::size_t count, std::size_t size)
{
    return mayAllocate() ? counted(__libc_calloc(count, size)) : nullptr;
}

void *realloc(void *memory, std::size_t size)
{
    if (!mayAllocate())
        return nullptr;
    void *result = __libc_realloc(memory, size);
    return memory ? result : counted(result);
}

void *aligned_alloc(std::size_t alignment, std::size_t size)
{
    return mayAllocate() ? counted(__libc_memalign(alignment, size)) : nullptr;
}

void *memalign(std::size_t alignment, std::size_t size)
{
    return aligned_alloc(alignment, size);
}

int posix_memalign(void **memory, std::size_t alignment, std::size_t size)
{
    void *result = aligned_alloc(alignment, size);
    if (!result)
        return ENOMEM;
    *memory = result;
    return 0;
}

void free(void *memory)
{
    if (!memory)
        return;
    live.fetch_sub(1, std::memory_order_relaxed);
    __libc_free(memory);
}

} // extern "C"

#else

namespace {

// Qt's own library leaks where its memory fails (6.4: the slot, when QObject::connect() cannot allocate the connection).
bool isQt([[maybe_unused]] const void *caller) noexcept
{
#    if defined(TEST_KEEPS_MALLOC)
    Dl_info place;
    return dladdr(caller, &place) != 0 && place.dli_fname && std::strstr(place.dli_fname, "libQt6") != nullptr;
#    else
    return false;
#    endif
}

bool mayAllocateFor(const void *caller) noexcept
{
    return (untilFailure != never && isQt(caller)) || mayAllocate();
}

} // namespace

void *operator new(std::size_t size)
{
    void *memory = mayAllocateFor(__builtin_return_address(0)) ? counted(std::malloc(size ? size : 1)) : nullptr;
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

// AddressSanitizer's own would keep memory that the replaced `operator delete` could not give back.
void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    return mayAllocateFor(__builtin_return_address(0)) ? counted(std::malloc(size ? size : 1)) : nullptr;
}

void *operator new(std::size_t size, std::align_val_t alignment)
{
    void *memory = mayAllocateFor(__builtin_return_address(0))
                     ? counted(allocateAligned(static_cast<std::size_t>(alignment), size))
                     : nullptr;
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

void operator delete(void *memory) noexcept
{
    if (memory)
        live.fetch_sub(1, std::memory_order_relaxed);
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    operator delete(memory);
}

void operator delete(void *memory, std::align_val_t) noexcept
{
    if (memory)
        live.fetch_sub(1, std::memory_order_relaxed);
    freeAligned(memory);
}

void operator delete(void *memory, std::size_t, std::align_val_t alignment) noexcept
{
    operator delete(memory, alignment);
}

#endif
