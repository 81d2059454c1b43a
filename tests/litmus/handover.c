// SPDX-License-Identifier: MIT
//
// An id that another thread gets (HandlerId's words): that thread protects the published list, finds the node of the id, and uses it
// (RegistryCore::isEnabled()). The list has to be one that contains the node, or nothing keeps the node alive. So the
// hand-over must release and acquire.
#undef THREADS
#define THREADS 2
#include "litmus.h"

SITE(Give, release);
SITE(Get, acquire);

static atomic_int head = 10; // lists 10, without the node; 11, with it; 12, without it
static atomic_int slot, id, given;
static plain node;

static void prepare(void) {}

static void thread0(void)
{
    node = 1;
    store(id, 7, release);
    cas(head, 10, 11, seq_cst);
    store(given, 7, Give);
    // And removes the handler again: the node lives for as long as a slot names list 11.
    cas(id, 7, 0, acq_rel);
    cas(head, 11, 12, seq_cst);
    fence(); // the heavy fence
    if (load(slot, seq_cst) != 11)
        node = 0;
}

static void thread1(void)
{
    if (load(given, Get) != 7)
        return;
    int word = load(head, acquire);
    for (;;) {
        exchange(slot, word, seq_cst);
        const int now = load(head, seq_cst);
        if (now == word)
            break;
        word = now;
    }
    if (load(id, acquire) == 7)
        assert(node == 1);
    exchange(slot, 0, seq_cst);
}

static void check(void) {}
