// SPDX-License-Identifier: MIT
//
// What the litmus tests are written in. A file has thread0() to thread2(), as many as THREADS says, which run at once; prepare(),
// before; and check(), when all have ended. SITE(name, order) names the order of an operation, so that -Dname=relaxed
// weakens it. Here for C11 atomics; litmusmodel.cpp has the same for Relacy.
#ifndef LITMUS_RELACY
#    undef NDEBUG
#    include <assert.h>
#    include <pthread.h>
#    include <stdatomic.h>
#    include <stddef.h>

typedef int plain; // its unordered use is a race, and that is an error

#    define SITE(name, order) enum { memory_order_##name = memory_order_##order }
#    define LOAD_(a, o) atomic_load_explicit(&(a), memory_order_##o)
#    define STORE_(a, v, o) atomic_store_explicit(&(a), v, memory_order_##o)
#    define EXCHANGE_(a, v, o) atomic_exchange_explicit(&(a), v, memory_order_##o)
#    define ADD_(a, v, o) atomic_fetch_add_explicit(&(a), v, memory_order_##o)
#    define OR_(a, v, o) atomic_fetch_or_explicit(&(a), v, memory_order_##o)
#    define CAS_(a, expected, v, o) \
        atomic_compare_exchange_strong_explicit(&(a), &(int){expected}, v, memory_order_##o, memory_order_relaxed)
#    define load(a, o) LOAD_(a, o)
#    define store(a, v, o) STORE_(a, v, o)
#    define exchange(a, v, o) EXCHANGE_(a, v, o)
#    define add(a, v, o) ADD_(a, v, o)
#    define or_(a, v, o) OR_(a, v, o)
#    define cas(a, expected, v, o) CAS_(a, expected, v, o)
#    define fence() atomic_thread_fence(memory_order_seq_cst)

static void prepare(void);
static void check(void);

#    define THREAD(n) \
        static void thread##n(void); \
        static void *run##n(void *unused) \
        { \
            (void)unused; \
            thread##n(); \
            return NULL; \
        }
THREAD(0)
THREAD(1)
#    if THREADS > 2
THREAD(2)
#    endif

int main(void)
{
    pthread_t t0, t1;
    prepare();
    pthread_create(&t0, NULL, run0, NULL);
    pthread_create(&t1, NULL, run1, NULL);
#    if THREADS > 2
    pthread_t t2;
    pthread_create(&t2, NULL, run2, NULL);
    pthread_join(t2, NULL);
#    endif
    pthread_join(t0, NULL);
    pthread_join(t1, NULL);
    check();
    return 0;
}
#endif
