// SPDX-License-Identifier: MIT
#include <SignalBox/core/handlerguard.h>

#include <SignalBox/core/registry/registrycore.h>

namespace SignalBox {

using Core = detail::RegistryCore<detail::StandardPlatform>;
using detail::Waiting;

void HandlerGuard::reset() noexcept
{
    // The member first: the end of the callable may come back to this guard.
    if (Node *node = std::exchange(m_node, nullptr))
        Core::release(node, Waiting::Yes);
}

void HandlerGuard::unregister() noexcept
{
    if (Node *node = std::exchange(m_node, nullptr))
        Core::release(node, Waiting::No);
}

HandlerId HandlerGuard::release() noexcept
{
    const HandlerId result = id();
    if (Node *node = std::exchange(m_node, nullptr))
        Core::forget(node);
    return result;
}

HandlerId HandlerGuard::id() const noexcept
{
    return m_node ? m_node->id : HandlerId();
}

bool HandlerGuard::isActive() const noexcept
{
    return m_node && Core::isRegistered(m_node);
}

void GuardSet::reset() noexcept
{
    // The member first: the end of a callable may come back to this set.
    std::vector<HandlerGuard> guards = std::exchange(m_guards, {});
    HandlerGuard::Node *first = nullptr;
    for (HandlerGuard &guard : guards) {
        if (HandlerGuard::Node *node = std::exchange(guard.m_node, nullptr))
            node->nextReleased = std::exchange(first, node);
    }
    Core::release(first, Waiting::Yes);
}

} // namespace SignalBox
