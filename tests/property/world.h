// SPDX-License-Identifier: MIT
#pragma once

#include "stage.h"

#include <SignalBox/GuardSet>
#include <SignalBox/HandlerGuard>
#include <SignalBox/SyncRegistry>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// The library itself, as a world for Stage.

class Library
{
    using Registry = SignalBox::SyncRegistry<int>;

    // Tells whether what a handler captured exists.
    class Capture
    {
    public:
        Capture(Library &library, std::size_t number) : m_library(&library), m_number(number) { count(1); }
        Capture(const Capture &other) : Capture(*other.m_library, other.m_number) {}
        Capture &operator=(const Capture &) = delete;
        ~Capture() { count(-1); }

    private:
        void count(int change)
        {
            if (m_library->m_alive.size() <= m_number)
                m_library->m_alive.resize(m_number + 1);
            m_library->m_alive[m_number] += change;
        }
        Library *m_library;
        std::size_t m_number;
    };

    static SignalBox::HandlerOptions optionsFor(std::size_t number, const Operation &options)
    {
        return {.priority = options.priority, .name = std::to_string(number), .once = options.once,
                .enabled = options.enabled};
    }

    template <class Register>
    auto withHandler(std::size_t number, const Operation &options, Register registerIt)
    {
        const Capture capture(*this, number);
        if (options.ending == Ending::Return)
            return registerIt([this, number, capture](const int &event) { m_stage.call(number, event); });
        return registerIt([this, number, capture](const int &event) {
            const Ending ending = m_stage.call(number, event);
            if (ending == Ending::Throw)
                throw std::to_string(number);
            return ending == Ending::Stop ? SignalBox::Propagation::Stop : SignalBox::Propagation::Continue;
        });
    }

public:
    explicit Library(Stage<Library> &stage) : m_stage(stage)
    {
        for (auto &registry : m_registries)
            registry = std::make_unique<Registry>();
    }

    void registerHandler(unsigned registry, std::size_t number, const Operation &options)
    {
        m_ids.resize(number + 1);
        const SignalBox::HandlerId id = withHandler(number, options, [&](auto &&handler) {
            return m_registries[registry]->registerHandler(std::move(handler), optionsFor(number, options));
        });
        remember(number, id);
    }

    void registerGuard(unsigned registry, std::size_t number, const Operation &options, unsigned guard)
    {
        m_ids.resize(number + 1);
        SignalBox::HandlerGuard made = withHandler(number, options, [&](auto &&handler) {
            return m_registries[registry]->registerGuard(std::move(handler), optionsFor(number, options));
        });
        remember(number, made.id());
        m_guards[guard] = std::move(made);
    }

    bool unregister(unsigned registry, std::size_t number) { return m_registries[registry]->unregister(m_ids[number]); }
    bool unregisterAndWait(unsigned registry, std::size_t number)
    {
        return m_registries[registry]->unregisterAndWait(m_ids[number]);
    }
    bool setEnabled(unsigned registry, std::size_t number, bool enabled)
    {
        return m_registries[registry]->setEnabled(m_ids[number], enabled);
    }
    bool setPriority(unsigned registry, std::size_t number, int priority)
    {
        return m_registries[registry]->setPriority(m_ids[number], priority);
    }
    void clear(unsigned registry) { m_registries[registry]->clear(); }

    Report notify(unsigned registry, int event)
    {
        const SignalBox::DispatchReport report = m_registries[registry]->notify(event);
        return {report.called, report.failed, numberOf(report.stoppedBy)};
    }

    void resetGuard(unsigned guard) { m_guards[guard].reset(); }
    void unregisterGuard(unsigned guard) { m_guards[guard].unregister(); }
    int releaseGuard(unsigned guard) { return numberOf(m_guards[guard].release()); }
    void moveGuard(unsigned from, unsigned to) { m_guards[to] = std::move(m_guards[from]); }
    void swapGuards(unsigned a, unsigned b) { swap(m_guards[a], m_guards[b]); }
    void addToGuardSet(unsigned guard) { m_guardSet.add(std::move(m_guards[guard])); }
    void resetGuardSet() { m_guardSet.reset(); }
    std::string describeGuard(unsigned guard) const
    {
        if (!m_guards[guard].id().isValid())
            return "none";
        return std::to_string(numberOf(m_guards[guard].id())) + (m_guards[guard].isActive() ? " active" : " inactive");
    }

    void onException(unsigned registry, std::size_t number)
    {
        m_ids.resize(number + 1);
        m_registries[registry]->onException(
            [this, number, capture = Capture(*this, number)](const SignalBox::ExceptionInfo &info) {
                const int thrower = numberOf(info.handlerId());
                m_stage.note("exception of " + info.message());
                if (m_stage.call(number, thrower) == Ending::Throw)
                    throw std::to_string(number);
            });
    }
    void clearExceptionCallback(unsigned registry) { m_registries[registry]->clearExceptionCallback(); }

    void recreate(unsigned registry)
    {
        m_registries[registry].reset();
        m_registries[registry] = std::make_unique<Registry>();
    }

    std::string rows(unsigned registry) const
    {
        std::string result;
        for (const SignalBox::HandlerInfo &row : m_registries[registry]->handlers())
            result += row.name + '@' + std::to_string(row.priority) + (row.enabled ? " " : "(paused) ");
        return result;
    }

    bool isAlive(std::size_t number) const { return number < m_alive.size() && m_alive[number] > 0; }

private:
    void remember(std::size_t number, SignalBox::HandlerId id)
    {
        m_ids[number] = id;
        m_numbers[id] = static_cast<int>(number);
    }
    int numberOf(SignalBox::HandlerId id) const
    {
        const auto found = m_numbers.find(id);
        return found == m_numbers.end() ? -1 : found->second;
    }

    Stage<Library> &m_stage;
    std::vector<int> m_alive;
    std::vector<SignalBox::HandlerId> m_ids;
    std::map<SignalBox::HandlerId, int> m_numbers;
    SignalBox::HandlerGuard m_guards[guardCount];
    SignalBox::GuardSet m_guardSet;
    std::unique_ptr<Registry> m_registries[registryCount];
};
