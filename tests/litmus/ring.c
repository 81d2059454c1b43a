// SPDX-License-Identifier: MIT
//
// StoreItem, TakeItem (backlogring.h): a ring of two places, two producers with one and two items, and a consumer that pops twice, and
// later the rest. Where the consumer is, is stored and loaded relaxed. Each item is received or lost, once.
// -DNOLOOK: without the producer's look at where the consumer is.
#undef THREADS
#define THREADS 3
#include "litmus.h"

SITE(StoreItem, acq_rel);
SITE(TakeItem, acq_rel);

enum { Capacity = 2, Items = 3 };

static atomic_int places[Capacity]; // items, from 1 on; 0: empty
static atomic_int next, first;
static plain ticketOf[Items + 1];
static plain isDone[Items + 1];

static void prepare(void) {}

static void finish(int item)
{
    assert(isDone[item] == 0);
    isDone[item] = 1;
}

static int put(int item)
{
    for (;;) {
        const int ticket = ticketOf[item];
        const int out = exchange(places[ticket % Capacity], item, StoreItem);
        if (out == 0 || ticketOf[out] < ticket)
            return out;
        item = out;
    }
}

static void push(int item)
{
    ticketOf[item] = add(next, 1, seq_cst);
    for (;;) {
        const int ticket = ticketOf[item];
        int out = put(item);
#ifndef NOLOOK
        if (out == 0 && load(first, relaxed) > ticket) {
            out = exchange(places[ticket % Capacity], 0, TakeItem);
            if (out != 0 && ticketOf[out] >= load(first, relaxed)) {
                item = out;
                continue;
            }
        }
#endif
        if (out != 0)
            finish(out);
        return;
    }
}

static void pop(void)
{
    for (;;) {
        const int end = load(next, seq_cst);
        int now = load(first, relaxed);
        if (end - now > Capacity) {
            now = end - Capacity;
            store(first, now, relaxed);
        }
        if (now == end)
            return;
        int item = exchange(places[now % Capacity], 0, TakeItem);
        if (item == 0)
            return;
        if (ticketOf[item] == now) {
            store(first, now + 1, relaxed);
            finish(item);
            return;
        }
        if (ticketOf[item] > now)
            item = put(item);
        if (item != 0)
            finish(item);
    }
}

static void thread0(void)
{
    push(1);
}

static void thread1(void)
{
    push(2);
    push(3);
}

static void thread2(void)
{
    pop();
    pop();
}

static void check(void)
{
    for (int i = 0; i < Items; ++i)
        pop();
    for (int item = 1; item <= Items; ++item)
        assert(isDone[item] == 1);
}
