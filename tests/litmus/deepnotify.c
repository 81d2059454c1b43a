// SPDX-License-Identifier: MIT
//
// PinList, RequestRecord, LeaveList, ScanLists: a notify nested deeper than its thread has slots, against the reclaimer of
// a registry that has died (walk.h, dispatchDeeply(); reclaimer.h, reclaimOrphan()), in full-fence mode.
//
// The list is not used after it is freed; and it is freed, or the reader learns that it has to come back.
// -DSLOT: the walk keeps its slot, and pins nothing. -DPINALONE: a deep walk answers for its pin alone, which is a fault.
#undef THREADS
#define THREADS 2
#include "litmus.h"

SITE(PinAdd, seq_cst);
SITE(PinSubtract, seq_cst);
SITE(PinLoad, seq_cst);
SITE(RequestSet, seq_cst);
SITE(RequestLoad, seq_cst);
SITE(LeaveList, seq_cst);
SITE(ScanLists, seq_cst);

enum { SlotBit = 1, PinBit = 2 };
#if defined(SLOT)
enum { Answered = SlotBit };
#elif defined(PINALONE)
enum { Answered = PinBit };
#else
enum { Answered = SlotBit | PinBit };
#endif

static atomic_int head = 1; // list 1; 2 is what the end of the registry leaves
static atomic_int slot, pins, requested;
static plain list = 1;
static plain isFreed, isTold;

static void prepare(void) {}

static void thread0(void)
{
    int word = load(head, acquire);
    for (;;) {
        exchange(slot, word, seq_cst);
        const int now = load(head, seq_cst);
        if (now == word)
            break;
        word = now;
    }
    if (word == 1) {
#ifndef SLOT
        add(pins, 1, PinAdd);
        exchange(slot, 0, LeaveList);
        assert(list == 1);
        add(pins, -1, PinSubtract);
#else
        assert(list == 1);
        exchange(slot, 0, LeaveList);
#endif
    } else {
        exchange(slot, 0, LeaveList);
    }
    if (load(requested, RequestLoad) & Answered)
        isTold = 1;
}

static int pass(void)
{
    fence(); // the heavy fence, where the system has none
    if (load(slot, ScanLists) == 1 || load(pins, PinLoad) != 0)
        return 0;
    list = 0;
    isFreed = 1;
    return 1;
}

static int requestReaders(void)
{
    int bits = load(pins, PinLoad) != 0 ? PinBit : 0;
    if (load(slot, ScanLists) == 1)
        bits |= SlotBit;
    if (bits == 0)
        return 1;
    return (bits & ~or_(requested, bits, RequestSet)) != 0;
}

static void thread1(void)
{
    cas(head, 1, 2, seq_cst);
    requestReaders();
    for (int i = 0; i < 6; ++i) {
        if (pass() || !requestReaders())
            break;
    }
}

static void check(void)
{
    assert(isFreed == 1 || isTold == 1);
}
