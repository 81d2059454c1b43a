// SPDX-License-Identifier: MIT
#include <cxxabi.h>

// In each test program that MinGW's GCC compiles. It frees the memory of a thread's thread_local objects by one key of the
// thread, and calls their destructors by another; keys are destroyed in the order in which they were made. What these
// programs do in such destructors needs the objects, so here the second key is made before the first.
[[gnu::constructor(101)]] static void makeKeyOfDestructors()
{
    __cxxabiv1::__cxa_thread_atexit([](void *) {}, nullptr, reinterpret_cast<void *>(&makeKeyOfDestructors));
}
