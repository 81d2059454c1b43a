// SPDX-License-Identifier: MIT
#pragma once

#include "capture.h"
#include "check.h"

#include <SignalBox/SyncRegistry>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

// A registry next to a plain list that says what it should contain. It can be questioned without memory.
class CheckedRegistry
{
public:
    using Registry = SignalBox::SyncRegistry<int>;

    explicit CheckedRegistry(int count = 0)
    {
        m_calls.reserve(5000);
        m_expected.reserve(5000);
        m_guards.reserve(5000);
        for (int i = 0; i < count; ++i)
            add({.priority = i % 3, .enabled = i % 5 != 4});
    }

    Registry &registry() { return *m_registry; }
    std::size_t count() const { return m_expected.size(); }
    SignalBox::HandlerId id(std::size_t index) const { return m_expected[index].id; }

    auto handler(int number)
    {
        return [this, number, capture = m_captures.capture()](const int &) { m_calls.push_back(number); };
    }

    void add(SignalBox::HandlerOptions options, bool isGuarded = false)
    {
        const int number = m_next;
        const int priority = options.priority;
        const Row row{number, priority, options.enabled, options.once, {}};
        SignalBox::HandlerId added;
        if (isGuarded) {
            SignalBox::HandlerGuard guard = m_registry->registerGuard(handler(number), std::move(options));
            added = guard.id();
            m_guards.push_back(std::move(guard));
        } else {
            added = m_registry->registerHandler(handler(number), std::move(options));
        }
        ++m_next;
        insert(row);
        std::find_if(m_expected.begin(), m_expected.end(), [&](const Row &p) { return p.number == number; })->id = added;
    }

    void remove(std::size_t index)
    {
        CHECK(m_registry->unregister(m_expected[index].id));
        erase(index);
    }

    void setEnabled(std::size_t index, bool enabled)
    {
        CHECK(m_registry->setEnabled(m_expected[index].id, enabled));
        m_expected[index].enabled = enabled;
    }

    void setPriority(std::size_t index, int priority)
    {
        CHECK(m_registry->setPriority(m_expected[index].id, priority));
        Row row = m_expected[index];
        row.priority = priority;
        erase(index);
        insert(row);
    }

    std::size_t guardCount() const { return m_guards.size(); }
    void endGuard(std::size_t index)
    {
        const SignalBox::HandlerId guarded = m_guards[index].id();
        m_guards[index].reset();
        m_guards.erase(m_guards.begin() + static_cast<std::ptrdiff_t>(index));
        std::erase_if(m_expected, [&](const Row &row) { return row.id == guarded; });
    }

    void clear()
    {
        m_registry->clear();
        m_expected.clear();
    }

    void destroyRegistry()
    {
        m_registry.reset();
        m_expected.clear();
        CHECK(m_captures.alive() == 0);
        CHECK(std::none_of(m_guards.begin(), m_guards.end(), [](const SignalBox::HandlerGuard &guard) { return guard.isActive(); }));
    }

    // Needs no memory, but handlers that fire once do so.
    void checkCalls()
    {
        m_calls.clear();
        const SignalBox::DispatchReport report = m_registry->notify(0);
        std::size_t called = 0;
        for (std::size_t i = 0; i < m_expected.size();) {
            const Row &row = m_expected[i];
            if (row.enabled) {
                CHECK(called < m_calls.size() && m_calls[called] == row.number);
                ++called;
            }
            if (row.enabled && row.once)
                erase(i);
            else
                ++i;
        }
        CHECK(called == m_calls.size());
        CHECK(report == (SignalBox::DispatchReport{.called = static_cast<std::uint32_t>(called)}));
        checkState();
    }

    // Needs no memory.
    void checkState()
    {
        CHECK(m_registry->handlerCount() == m_expected.size());
        CHECK(m_captures.alive() == static_cast<int>(m_expected.size()));
        for (const Row &row : m_expected)
            CHECK(m_registry->contains(row.id));
    }

    void checkRows()
    {
        const std::vector<SignalBox::HandlerInfo> rows = m_registry->handlers();
        CHECK(rows.size() == m_expected.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            CHECK(rows[i].id == m_expected[i].id && rows[i].priority == m_expected[i].priority
                  && rows[i].enabled == m_expected[i].enabled);
        }
    }

    void checkAll()
    {
        checkState();
        checkRows();
        checkCalls();
        checkRows();
    }

private:
    struct Row
    {
        int number;
        int priority;
        bool enabled;
        bool once;
        SignalBox::HandlerId id;
    };

    void erase(std::size_t index) { m_expected.erase(m_expected.begin() + static_cast<std::ptrdiff_t>(index)); }
    void insert(const Row &row)
    {
        m_expected.insert(std::upper_bound(m_expected.begin(), m_expected.end(), row,
                                           [](const Row &a, const Row &b) { return a.priority > b.priority; }),
                          row);
    }

    std::unique_ptr<Registry> m_registry = std::make_unique<Registry>();
    CaptureCounter m_captures;
    std::vector<Row> m_expected;
    std::vector<SignalBox::HandlerGuard> m_guards;
    std::vector<int> m_calls;
    int m_next = 0;
};

// Sizes around those at which a list is stored differently.
inline constexpr int interestingCounts[] = {0, 1, 2, 47, 49, 63, 64, 65, 100, 128, 129, 300};
