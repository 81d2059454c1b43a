// SPDX-License-Identifier: MIT
//
// CountInside: a handler is entered by a notify that counts in its node, while another thread removes it (walk.h, DeepPresence;
// settlement.h), in full-fence mode. The callable is destroyed once, by the remover or by who leaves last, and not while it is called.
#undef THREADS
#define THREADS 2
#include "litmus.h"

SITE(Enter, seq_cst);
SITE(Leave, seq_cst);
SITE(Look, seq_cst);

enum { Removed = 1, Claimed = 4, Withdrawn = 32 };

static atomic_int head = 1;
static atomic_int state, inside;
static plain callable = 1;
static plain isDestroyed;

static void prepare(void) {}

static void destroyIfLeft(void)
{
    fence(); // the heavy fence
    if (load(inside, Look) != 0 || (or_(state, Claimed, relaxed) & Claimed))
        return;
    assert(callable == 1);
    callable = 0;
    isDestroyed = 1;
}

static void thread0(void)
{
    add(inside, 1, Enter);
    if (!(load(state, seq_cst) & Removed))
        assert(callable == 1);
    add(inside, -1, Leave);
    if ((load(state, seq_cst) & (Withdrawn | Claimed)) == Withdrawn)
        destroyIfLeft();
}

static void thread1(void)
{
    or_(state, Removed, relaxed);
    cas(head, 1, 2, seq_cst);
    or_(state, Withdrawn, seq_cst);
    destroyIfLeft();
}

static void check(void)
{
    assert(isDestroyed == 1);
}
