// SPDX-License-Identifier: MIT
#include "../core/check.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/DeliverAll>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/WhenAll>

#include <QtCore/qcoreapplication.h>

#include <tuple>

// Compiled without optimisation, where a compiler makes a symmetric transfer a call: no chain of coroutines may need stack.

using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::TaskHandle;

namespace {

Task<int> one()
{
    co_return 1;
}

Task<int> nested(int depth)
{
    if (depth == 0)
        co_return 0;
    const int inner = co_await nested(depth - 1);
    co_return inner + 1;
}

int resultOf(const TaskHandle<int> &handle)
{
    while (!handle.isFinished())
        QCoreApplication::processEvents();
    return handle.future().result();
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QObject context;
    constexpr int children = 300'000;
    CHECK(resultOf(spawn(&context,
                         []() -> Task<int> {
                             int sum = 0;
                             for (int i = 0; i < children; ++i)
                                 sum += co_await one();
                             co_return sum;
                         }))
          == children);
    CHECK(resultOf(spawn(&context, nested, children)) == children);
    SignalBox::AsyncRegistry<int> registry;
    CHECK(resultOf(spawn(&context,
                         [&registry]() -> Task<int> {
                             int sum = 0;
                             for (int i = 0; i < children; ++i) {
                                 const auto report = co_await registry.deliverAll(i);
                                 sum += 1 + static_cast<int>(report.called);
                             }
                             co_return sum;
                         }))
          == children);
    CHECK(resultOf(spawn(&context,
                         []() -> Task<int> {
                             int sum = 0;
                             for (int i = 0; i < children / 10; ++i) {
                                 const auto results = co_await SignalBox::whenAll(one(), one());
                                 sum += std::get<0>(results) + std::get<1>(results);
                             }
                             co_return sum;
                         }))
          == children / 5);
}
