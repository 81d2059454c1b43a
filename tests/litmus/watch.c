// SPDX-License-Identifier: MIT
//
// CountWake, SeeWake (watchversion.h): a receiver that waits for a change, and the sender of one. A futex sleeps if the word is what
// was seen. Who sleeps is woken: at the end the word is another one.
#undef THREADS
#define THREADS 2
#include "litmus.h"

SITE(CountWake, release);
SITE(SeeWake, acquire);

static atomic_int state, waiters, wakes;
static plain sleepsOn = -1;

static void prepare(void) {}

static void thread0(void)
{
    add(state, 2, seq_cst);
    if (load(waiters, seq_cst) != 0)
        add(wakes, 1, CountWake);
}

static void thread1(void)
{
    add(waiters, 1, seq_cst);
    for (int i = 0; i < 2; ++i) {
        const int seen = load(wakes, SeeWake);
        if (load(state, seq_cst) != 0)
            return;
        if (add(wakes, 0, relaxed) == seen) { // the kernel's look
            sleepsOn = seen;
            return;
        }
    }
}

static void check(void)
{
    assert(sleepsOn == -1 || load(wakes, seq_cst) != sleepsOn);
}
