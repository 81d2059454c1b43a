// SPDX-License-Identifier: MIT
#pragma once

// What the calling thread allocates: counted, and failed on demand. Linking allocations.cpp replaces the program's
// malloc() family, and with it what operator new takes its memory from; where a sanitizer has its own malloc(), or the
// program says TEST_KEEPS_MALLOC, operator new alone; and then what Qt's library allocates does not fail.

// Allocations of this thread since the object was made.
class AllocationCount
{
public:
    AllocationCount() noexcept;
    long value() const noexcept;

private:
    long m_start;
};

// Fails one allocation of this thread: number `index` from now, beginning with 0.
class AllocationFailure
{
public:
    explicit AllocationFailure(long index) noexcept;
    AllocationFailure(const AllocationFailure &) = delete;
    AllocationFailure &operator=(const AllocationFailure &) = delete;
    ~AllocationFailure();

    bool hasHappened() const noexcept;
};

// Fails all allocations of this thread.
class OutOfMemory
{
public:
    OutOfMemory() noexcept;
    OutOfMemory(const OutOfMemory &) = delete;
    OutOfMemory &operator=(const OutOfMemory &) = delete;
    ~OutOfMemory();
};

// Allocations of the whole program that have not been released.
long liveAllocations() noexcept;
