// SPDX-License-Identifier: MIT
#pragma once

#include "stage.h"

#include <algorithm>
#include <utility>
#include <vector>

// What the library promises to a single thread, written down in the plainest way: one vector of handlers, asked anew at
// every step.

class Oracle
{
public:
    explicit Oracle(Stage<Oracle> &stage) : m_stage(stage) {}

    void registerHandler(unsigned registry, std::size_t number, const Operation &options)
    {
        add(number, {.instance = m_instances[registry], .priority = options.priority, .sequence = m_nextSequence++,
                     .once = options.once, .enabled = options.enabled, .registered = true});
    }

    void registerGuard(unsigned registry, std::size_t number, const Operation &options, unsigned guard)
    {
        registerHandler(registry, number, options);
        resetGuard(guard);
        m_guards[guard] = static_cast<int>(number);
    }

    bool unregister(unsigned registry, std::size_t number)
    {
        const bool result = isRegistered(registry, number);
        if (result)
            m_handlers[number].registered = false;
        return result;
    }
    bool unregisterAndWait(unsigned registry, std::size_t number) { return unregister(registry, number); }

    bool setEnabled(unsigned registry, std::size_t number, bool enabled)
    {
        const bool result = isRegistered(registry, number);
        if (result)
            m_handlers[number].enabled = enabled;
        return result;
    }

    bool setPriority(unsigned registry, std::size_t number, int priority)
    {
        const bool result = isRegistered(registry, number);
        if (result) {
            m_handlers[number].priority = priority;
            m_handlers[number].sequence = m_nextSequence++;
        }
        return result;
    }

    void clear(unsigned registry)
    {
        for (Handler &handler : m_handlers) {
            if (handler.instance == m_instances[registry] && !handler.isCallback)
                handler.registered = false;
        }
    }

    Report notify(unsigned registry, int event)
    {
        const int instance = m_instances[registry];
        Report report;
        for (const std::size_t number : inOrder(instance, Paused::No)) {
            if (!m_handlers[number].registered || !m_handlers[number].enabled)
                continue;
            if (m_handlers[number].once)
                m_handlers[number].registered = false;
            ++report.called;
            ++m_handlers[number].inside;
            const Ending ending = m_stage.call(number, event);
            if (ending == Ending::Throw) {
                ++report.failed;
                reportException(instance, number);
            }
            --m_handlers[number].inside;
            if (ending == Ending::Stop) {
                report.stoppedBy = static_cast<int>(number);
                break;
            }
        }
        return report;
    }

    void resetGuard(unsigned guard)
    {
        if (m_guards[guard] >= 0)
            m_handlers[static_cast<std::size_t>(m_guards[guard])].registered = false;
        m_guards[guard] = -1;
    }
    void unregisterGuard(unsigned guard) { resetGuard(guard); }
    int releaseGuard(unsigned guard) { return std::exchange(m_guards[guard], -1); }
    void moveGuard(unsigned from, unsigned to)
    {
        if (from == to)
            return;
        resetGuard(to);
        m_guards[to] = std::exchange(m_guards[from], -1);
    }
    void swapGuards(unsigned a, unsigned b) { std::swap(m_guards[a], m_guards[b]); }
    void addToGuardSet(unsigned guard) { m_guardSet.push_back(std::exchange(m_guards[guard], -1)); }
    void resetGuardSet()
    {
        for (const int number : std::exchange(m_guardSet, {})) {
            if (number >= 0)
                m_handlers[static_cast<std::size_t>(number)].registered = false;
        }
    }
    std::string describeGuard(unsigned guard) const
    {
        if (m_guards[guard] < 0)
            return "none";
        return std::to_string(m_guards[guard])
            + (m_handlers[static_cast<std::size_t>(m_guards[guard])].registered ? " active" : " inactive");
    }

    void onException(unsigned registry, std::size_t number)
    {
        clearExceptionCallback(registry);
        add(number, {.instance = m_instances[registry], .registered = true, .isCallback = true});
    }
    void clearExceptionCallback(unsigned registry)
    {
        for (Handler &handler : m_handlers) {
            if (handler.instance == m_instances[registry] && handler.isCallback)
                handler.registered = false;
        }
    }

    void recreate(unsigned registry)
    {
        clear(registry);
        clearExceptionCallback(registry);
        m_instances[registry] = m_nextInstance++;
    }

    std::string rows(unsigned registry) const
    {
        std::string result;
        for (const std::size_t number : inOrder(m_instances[registry], Paused::Yes)) {
            result += std::to_string(number) + '@' + std::to_string(m_handlers[number].priority)
                + (m_handlers[number].enabled ? " " : "(paused) ");
        }
        return result;
    }

    bool isAlive(std::size_t number) const { return m_handlers[number].registered || m_handlers[number].inside > 0; }

private:
    enum class Paused { No, Yes };

    struct Handler
    {
        int instance = -1;
        int priority = 0;
        long sequence = 0;
        bool once = false;
        bool enabled = true;
        bool registered = false;
        bool isCallback = false;
        int inside = 0;
    };

    // Numbers are given out by the stage, in order, when a registration begins.
    void add(std::size_t number, const Handler &handler)
    {
        m_handlers.resize(number + 1);
        m_handlers[number] = handler;
    }

    bool isRegistered(unsigned registry, std::size_t number) const
    {
        return m_handlers[number].registered && !m_handlers[number].isCallback
            && m_handlers[number].instance == m_instances[registry];
    }

    std::vector<std::size_t> inOrder(int instance, Paused paused) const
    {
        std::vector<std::size_t> result;
        for (std::size_t number = 0; number < m_handlers.size(); ++number) {
            const Handler &handler = m_handlers[number];
            if (handler.instance == instance && handler.registered && !handler.isCallback
                && (handler.enabled || paused == Paused::Yes))
                result.push_back(number);
        }
        std::sort(result.begin(), result.end(), [this](std::size_t a, std::size_t b) {
            return std::pair(-static_cast<long>(m_handlers[a].priority), m_handlers[a].sequence)
                < std::pair(-static_cast<long>(m_handlers[b].priority), m_handlers[b].sequence);
        });
        return result;
    }

    void reportException(int instance, std::size_t thrower)
    {
        for (std::size_t number = 0; number < m_handlers.size(); ++number) {
            Handler &handler = m_handlers[number];
            if (handler.instance != instance || !handler.isCallback || !handler.registered)
                continue;
            m_stage.note("exception of " + std::to_string(thrower));
            ++handler.inside;
            m_stage.call(number, static_cast<int>(thrower));
            --m_handlers[number].inside;
            return;
        }
    }

    Stage<Oracle> &m_stage;
    std::vector<Handler> m_handlers;
    int m_guards[guardCount] = {-1, -1, -1, -1};
    std::vector<int> m_guardSet;
    int m_instances[registryCount] = {0, 1};
    int m_nextInstance = registryCount;
    long m_nextSequence = 0;
};
