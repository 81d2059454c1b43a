// SPDX-License-Identifier: MIT
#include <SignalBox/core/registry/handlerreference.h>

#include <SignalBox/core/registry/registrycore.h>

namespace SignalBox::detail {

LastingCalls::~LastingCalls() = default;

using Core = RegistryCore<StandardPlatform>;

HandlerReference::HandlerReference(HandlerGuard::Node *node) noexcept
    : m_node(node)
{
    if (m_node)
        Core::keep(m_node);
}

HandlerReference::~HandlerReference()
{
    if (m_node)
        Core::forget(m_node);
}

HandlerId HandlerReference::id() const noexcept
{
    return m_node->id;
}

HandlerInfo HandlerReference::info() const
{
    return {m_node->id, m_node->priority.load(std::memory_order_relaxed), m_node->name,
            (m_node->state.load(std::memory_order_relaxed) & HandlerGuard::Node::Disabled) == 0, m_node->registeredAt};
}

std::string_view HandlerReference::scriptPlace() const noexcept
{
    return m_node->scriptPlace;
}

void HandlerReference::setLastingCalls(std::shared_ptr<LastingCalls> calls) const noexcept
{
    m_node->lastingCalls = std::move(calls);
}

bool HandlerReference::isRegistered() const noexcept
{
    return Core::isRegistered(m_node);
}

// Relaxed: numbers, which another thread may change at any time.
HandlerReference::CallOrder HandlerReference::callOrder() const noexcept
{
    return {-std::int64_t{m_node->priority.load(std::memory_order_relaxed)}, m_node->sequence.load(std::memory_order_relaxed)};
}

Outcome HandlerReference::call(const void *event) const noexcept
{
    return Walks<StandardPlatform>::call(m_node, event);
}

bool HandlerReference::unregister() const noexcept
{
    return Core::remove(m_node, Waiting::No);
}

bool HandlerReference::unregisterAndWait() const noexcept
{
    return Core::remove(m_node, Waiting::Yes);
}

} // namespace SignalBox::detail
