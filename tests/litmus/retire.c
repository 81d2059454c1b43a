// SPDX-License-Identifier: MIT
//
// RetireItem (reclaimer.h): one writer retires what its change replaced, and makes no pass; the next one is elected and judges it
// by its versions. Both have published a version of the head, which orders nothing here: the first writer retires afterwards.
#undef THREADS
#define THREADS 2
#include "litmus.h"

SITE(Push, release);
SITE(Take, acquire);

static plain death[3];
static plain below[3]; // the stack
static atomic_int retired; // its top; 0: empty
static atomic_int head, elections;

static void prepare(void) {}

static int publish(void)
{
    return add(head, 1, seq_cst) + 1;
}

static void retire(int item, int version)
{
    death[item] = version;
    int top;
    do {
        top = load(retired, relaxed);
        below[item] = top;
    } while (!cas(retired, top, item, Push));
}

static void thread0(void)
{
    retire(1, publish());
}

static void thread1(void)
{
    retire(2, publish());
    if (add(elections, 1, acq_rel) != 0)
        return;
    for (int item = exchange(retired, 0, Take); item != 0; item = below[item])
        assert(death[item] > 0);
}

static void check(void) {}
