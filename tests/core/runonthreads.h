// SPDX-License-Identifier: MIT
#pragma once

#include <thread>
#include <vector>

// Calls function(0), function(1) and so on, each on a thread of its own at the same time; returns when all have.
template <class Function>
void runOnThreads(int count, Function function)
{
    std::vector<std::thread> threads;
    for (int index = 0; index < count; ++index)
        threads.emplace_back([&function, index] { function(index); });
    for (std::thread &thread : threads)
        thread.join();
}
