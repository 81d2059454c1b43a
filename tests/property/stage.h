// SPDX-License-Identifier: MIT
#pragma once

#include "operation.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

// Performs operations on a `World` and writes down all that can be observed. There are two worlds: the library (world.h)
// and the plain model (oracle.h). Both number handlers and callbacks in the order of their registration, so the same
// operations must leave the same trace in both.

inline constexpr unsigned registryCount = 2;
inline constexpr unsigned guardCount = 4;
inline constexpr std::size_t handlerLimit = 400; // of a whole sequence

struct Report
{
    unsigned called = 0;
    unsigned failed = 0;
    int stoppedBy = -1; // number of the handler
};

struct Limits
{
    int depth; // of nested calls
    int notifies; // per outermost operation
    bool mayResumeInside; // whether scripts may resume paused handlers
};

template <class World>
class Stage
{
public:
    explicit Stage(const Limits &limits) : m_limits(limits), m_world(*this) {}

    const std::vector<std::string> &trace() const { return m_trace; }

    void performOutermost(const Operation &operation)
    {
        m_notifiesLeft = m_limits.notifies;
        perform(operation);
        for (unsigned registry = 0; registry < registryCount; ++registry)
            note("rows of " + std::to_string(registry) + ": " + m_world.rows(registry));
        noteAlive();
    }

    // Registries first, guards later.
    void end()
    {
        for (unsigned registry = 0; registry < registryCount; ++registry)
            m_world.recreate(registry);
        noteAlive();
        for (unsigned guard = 0; guard < guardCount; ++guard)
            noteGuard(guard);
    }

    // A call of handler or callback `number`, as far as it is the same in both worlds.
    Ending call(std::size_t number, int event)
    {
        // A copy: operations may register handlers, and so move the definitions.
        const Operation definition = m_definitions[number];
        note("enter " + std::to_string(number) + " with " + std::to_string(event));
        noteAlive();
        ++m_depth;
        const std::size_t outer = std::exchange(m_current, number);
        for (const Operation &operation : definition.script)
            perform(operation);
        m_current = outer;
        --m_depth;
        note("leave " + std::to_string(number));
        return definition.ending;
    }

    void note(std::string line)
    {
        m_trace.push_back(std::string(static_cast<std::size_t>(m_depth) * 2, ' ') + std::move(line));
    }

private:
    void perform(const Operation &operation)
    {
        const unsigned guard = operation.target % guardCount;
        const bool hasTarget = !m_definitions.empty();
        const std::size_t target = hasTarget ? targetOf(operation) : 0;
        const unsigned registry = needsTarget(operation.kind) && hasTarget && operation.number % 8 != 0
            ? m_definitions[target].registry // most often that of the handler
            : operation.registry % registryCount;
        switch (operation.kind) {
        case Kind::Register:
            if (mayDefine())
                m_world.registerHandler(registry, define(operation), operation);
            break;
        case Kind::RegisterCrowd:
            for (unsigned i = 0; i < operation.number && mayDefine(); ++i) {
                const Operation one{.kind = Kind::Register,
                                    .registry = registry,
                                    .priority = static_cast<int>(i % 3),
                                    .enabled = operation.enabled || i % 2 == 0};
                m_world.registerHandler(registry, define(one), one);
            }
            break;
        case Kind::RegisterGuard:
            if (mayDefine())
                m_world.registerGuard(registry, define(operation), operation, guard);
            noteGuard(guard);
            break;
        case Kind::Unregister:
            if (hasTarget)
                answer("unregister", target, m_world.unregister(registry, target));
            break;
        case Kind::UnregisterAndWait:
            if (hasTarget)
                answer("unregister and wait", target, m_world.unregisterAndWait(registry, target));
            break;
        case Kind::SetEnabled:
            if (hasTarget && (!operation.enabled || m_depth == 0 || m_limits.mayResumeInside))
                answer("set enabled", target, m_world.setEnabled(registry, target, operation.enabled));
            break;
        case Kind::SetPriority:
            if (hasTarget)
                answer("set priority", target, m_world.setPriority(registry, target, operation.priority));
            break;
        case Kind::Clear:
            m_world.clear(registry);
            break;
        case Kind::Notify:
            if (m_depth < m_limits.depth && m_notifiesLeft > 0) {
                --m_notifiesLeft;
                const Report report = m_world.notify(registry, static_cast<int>(operation.number));
                note("called " + std::to_string(report.called) + " failed " + std::to_string(report.failed)
                     + " stopped by " + std::to_string(report.stoppedBy));
            }
            break;
        case Kind::ResetGuard:
            m_world.resetGuard(guard);
            noteGuard(guard);
            break;
        case Kind::ReleaseGuard:
            note("released " + std::to_string(m_world.releaseGuard(guard)));
            noteGuard(guard);
            break;
        case Kind::UnregisterGuard:
            m_world.unregisterGuard(guard);
            noteGuard(guard);
            break;
        case Kind::MoveGuard:
            m_world.moveGuard(guard, operation.number % guardCount);
            noteGuard(guard);
            noteGuard(operation.number % guardCount);
            break;
        case Kind::SwapGuards:
            m_world.swapGuards(guard, operation.number % guardCount);
            noteGuard(guard);
            break;
        case Kind::AddToGuardSet:
            m_world.addToGuardSet(guard);
            noteGuard(guard);
            break;
        case Kind::ResetGuardSet:
            m_world.resetGuardSet();
            noteAlive();
            break;
        case Kind::OnException:
            if (mayDefine())
                m_world.onException(registry, define(operation));
            break;
        case Kind::ClearExceptionCallback:
            m_world.clearExceptionCallback(registry);
            break;
        case Kind::Recreate:
            m_world.recreate(registry);
            break;
        }
    }

    static bool needsTarget(Kind kind)
    {
        return kind == Kind::Unregister || kind == Kind::UnregisterAndWait || kind == Kind::SetEnabled
            || kind == Kind::SetPriority;
    }

    // Often the handler that is being called.
    std::size_t targetOf(const Operation &operation) const
    {
        return m_depth > 0 && operation.target % 4 == 0 ? m_current : operation.target % m_definitions.size();
    }

    bool mayDefine() const { return m_definitions.size() < handlerLimit; }
    std::size_t define(const Operation &operation)
    {
        m_definitions.push_back(operation);
        m_definitions.back().registry %= registryCount;
        return m_definitions.size() - 1;
    }

    void answer(const char *question, std::size_t target, bool value)
    {
        note(std::string(question) + ' ' + std::to_string(target) + (value ? ": true" : ": false"));
    }
    void noteGuard(unsigned guard) { note("guard " + std::to_string(guard) + ": " + m_world.describeGuard(guard)); }

    // Whose captures exist.
    void noteAlive()
    {
        std::string line = "alive:";
        for (std::size_t number = 0; number < m_definitions.size(); ++number) {
            if (m_world.isAlive(number))
                line += ' ' + std::to_string(number);
        }
        note(std::move(line));
    }

    Limits m_limits;
    std::vector<std::string> m_trace;
    std::vector<Operation> m_definitions;
    int m_depth = 0;
    std::size_t m_current = 0; // innermost handler or callback that is being called; if any
    int m_notifiesLeft = 0;
    World m_world;
};
