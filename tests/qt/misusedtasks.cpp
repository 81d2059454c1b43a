// SPDX-License-Identifier: MIT
//
// What a Task cannot await: one error says what to write. One case per compilation, see tests/core/wrongorder.cmake.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/SleepFor>
#include <SignalBox/Task>
#include <SignalBox/WhenAll>

#include <chrono>
#include <utility>

SignalBox::Task<> wait()
{
    co_await SignalBox::sleepFor(std::chrono::milliseconds(1));
}

SignalBox::Task<> misuse()
{
    [[maybe_unused]] auto task = wait();
#if defined(CASE_CORRECT)
    co_await wait();
    co_await std::move(task);
    co_await SignalBox::whenAll(wait(), wait());
#elif defined(CASE_TWICE)
    co_await task;
#elif defined(CASE_TOGETHER)
    co_await SignalBox::whenAll(wait(), task);
#elif defined(CASE_NUMBER)
    co_await 5;
#endif
    co_return;
}
