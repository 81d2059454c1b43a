// SPDX-License-Identifier: MIT
#include "coreload.h"

#include <climits>
#include <memory>
#include <utility>

namespace {

constexpr std::size_t mostTransients = 200; // of each thread

} // namespace

CoreLoad::CoreLoad()
{
    m_guards.push_back(m_registry.registerGuard([this](const int &) { ++m_first; }, {.priority = INT_MAX}));
    m_guards.push_back(m_registry.registerGuard([this](const int &) { ++m_last; }, {.priority = INT_MIN}));
    for (SignalBox::EventId id = 0; id < 4; ++id)
        m_guards.push_back(m_events.registerListener(id).onChanged([this] { ++m_told; }));
    for (std::size_t i = 0; i < m_threads.size(); ++i)
        m_threads[i].random.seed(static_cast<unsigned>(i) + 1);
}

auto CoreLoad::transient()
{
    return [capture = std::make_shared<std::array<char, 100>>()](const int &event) {
        if (event % 1000 == 0)
            throw event;
    };
}

void CoreLoad::step(int number)
{
    Thread &thread = m_threads[static_cast<std::size_t>(number)];
    for (int i = 0; i < 20; ++i) {
        m_registry.notify(static_cast<int>(thread.random()));
        ++m_notifies;
        ++counts.notifies;
    }
    for (int i = 0; i < 4; ++i)
        change(thread);
    m_sender.send(std::vector<int>(10, number));
    ++m_sends;
    ++counts.changes;
    m_events.recordEvent(static_cast<SignalBox::EventId>(number));
    ++m_recorded;
}

void CoreLoad::change(Thread &thread)
{
    const auto choice = thread.random() % 10;
    if (choice < 4 && thread.ids.size() < mostTransients) {
        thread.ids.push_back(m_registry.registerHandler(transient(), {.priority = static_cast<int>(choice), .name = "transient"}));
        ++counts.registrations;
    } else if (choice < 7 && !thread.ids.empty()) {
        const std::size_t index = thread.random() % thread.ids.size();
        const SignalBox::HandlerId id = std::exchange(thread.ids[index], thread.ids.back());
        thread.ids.pop_back();
        ADDS_UP(choice == 6 ? m_registry.unregisterAndWait(id) : m_registry.unregister(id));
    } else if (choice == 7) {
        thread.guards.push_back(m_registry.registerGuard(transient()));
        ++counts.registrations;
        if (thread.guards.size() > 20)
            thread.guards.erase(thread.guards.begin());
    } else if (choice == 8) {
        thread.set.add(m_registry.registerGuard(transient()));
        ++counts.registrations;
        if (thread.set.count() > 20)
            thread.set.reset();
    } else if (!thread.ids.empty()) {
        const SignalBox::HandlerId id = thread.ids[thread.random() % thread.ids.size()];
        ADDS_UP(m_registry.setPriority(id, static_cast<int>(thread.random() % 5)));
        ADDS_UP(m_registry.setEnabled(id, thread.random() % 2 == 0));
    }
}

void CoreLoad::check()
{
    broadcast();
    ADDS_UP(m_first == m_notifies);
    ADDS_UP(m_last == m_notifies);
    ADDS_UP(m_sender.subscribe().version() == m_sends);
    ADDS_UP(m_told <= m_recorded);
    ADDS_UP(m_recorded == 0 || m_told > 0);
    ADDS_UP(!m_events.broadcast());
    std::size_t transients = m_guards.size() - 4;
    for (const Thread &thread : m_threads)
        transients += thread.ids.size() + thread.guards.size() + thread.set.count();
    ADDS_UP(m_registry.handlerCount() == transients);
}
