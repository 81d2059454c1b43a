// SPDX-License-Identifier: MIT
//
// What GCC before 13 destroys twice: one error says what to write. One case per compilation, see tests/core/wrongorder.cmake.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/DeliverAll>
#include <SignalBox/HandlerTarget>
#include <SignalBox/RunOn>
#include <SignalBox/Task>

#include <string>

struct Saved
{
    std::string path;
};

SignalBox::Task<> misuse([[maybe_unused]] SignalBox::AsyncRegistry<Saved> &registry, [[maybe_unused]] QThread *thread)
{
    [[maybe_unused]] const std::string text;
#if defined(CASE_CORRECT)
    const Saved saved{text};
    co_await registry.deliverAll(saved);
    co_await SignalBox::runOn(SignalBox::onThread(thread), [&text] { return text.size(); });
    const auto job = [text] { return text.size(); };
    co_await SignalBox::runOn(SignalBox::onThread(thread), job);
#elif defined(CASE_EVENT)
    co_await registry.deliverAll(Saved{text});
#elif defined(CASE_LAMBDA)
    co_await SignalBox::runOn(SignalBox::onThread(thread), [text] { return text.size(); });
#endif
    co_return;
}
