// SPDX-License-Identifier: MIT
//
// PublishId, ClaimId, FreeIdSlot (idtable.h): slots of the table of ids that pass from one handler to the next.
// As it is: the id of a handler that another thread removes is looked up, while a third gives its slot away.
// -DGIVEN: the id of the next handler of a free slot comes by a relaxed store; find() gives that handler's node, or none.
// -DSTACK: a slot comes back to the stack of free ones, and two are taken: none is given out twice.
#undef THREADS
#define THREADS 3
#include "litmus.h"

SITE(PublishNode, release);
SITE(PublishId, release);
SITE(FindId, acquire);
SITE(FindNode, acquire);
SITE(ClaimId, acq_rel);
SITE(ReadFree, acquire);
SITE(PopFree, acquire);
SITE(PushFree, release);

static atomic_int ids[4], nodes[4], nextFree[4];
static atomic_int freeTop; // a count of pushes, times 8, and the index + 1; 0: none is free
static atomic_int used;
static atomic_int given;
static plain number[4]; // of the nodes

static int take(void)
{
    for (;;) {
        const int top = load(freeTop, ReadFree);
        if (top % 8 == 0)
            return add(used, 1, relaxed);
        const int index = top % 8 - 1;
        if (cas(freeTop, top, top / 8 * 8 + load(nextFree[index], relaxed), PopFree))
            return index;
    }
}

static void release(int index)
{
    int top;
    do {
        top = load(freeTop, relaxed);
        store(nextFree[index], top % 8, relaxed);
    } while (!cas(freeTop, top, (top / 8 + 1) * 8 + index + 1, PushFree));
}

static void publish(int index, int node, int id)
{
    store(nodes[index], node, PublishNode);
    store(ids[index], id, PublishId);
}

// -1: none.
static int find(int index, int id)
{
    if (load(ids[index], FindId) != id)
        return -1;
    const int node = load(nodes[index], FindNode);
    return load(ids[index], relaxed) == id ? node : -1;
}

static void prepare(void)
{
#ifdef STACK
    // Slot 0 was free above slot 1; both have been taken since.
    store(used, 2, relaxed);
    store(nextFree[0], 2, relaxed);
#else
    store(used, 1, relaxed);
    publish(0, 1, 100);
#    ifdef GIVEN
    store(ids[0], 0, relaxed);
    release(0);
#    endif
#endif
}

static void thread0(void)
{
#if defined(STACK)
    release(0);
#elif !defined(GIVEN)
    if (cas(ids[0], 100, 0, ClaimId))
        release(0);
#endif
}

static void thread1(void)
{
#ifdef STACK
    const int first = take();
    const int second = take();
    assert(first != 1 && second != 1 && first != second);
#else
    const int index = take();
    number[2] = 7;
    publish(index, 2, 200);
    if (index == 0)
        store(given, 200, relaxed);
#endif
}

static void thread2(void)
{
#if defined(GIVEN)
    if (load(given, relaxed) == 200) {
        const int node = find(0, 200);
        assert(node == -1 || node == 2);
        if (node == 2)
            assert(number[2] == 7);
    }
#elif !defined(STACK)
    const int node = find(0, 100);
    assert(node == -1 || node == 1);
#endif
}

static void check(void) {}
