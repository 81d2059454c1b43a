// SPDX-License-Identifier: MIT
#include <SignalBox/core/registry/handlerremoval.h>

#include <SignalBox/core/registry/registrycore.h>

#include <utility>

namespace SignalBox::detail {

using Core = RegistryCore<StandardPlatform>;
using Node = HandlerNode<StandardPlatform>;

bool HandlerRemoval::add(const HandlerReference &handler) noexcept
{
    if (!Core::claim(handler.m_node, m_claimed))
        return false;
    Core::keep(handler.m_node);
    ++m_count;
    return true;
}

bool HandlerRemoval::withhold(UntypedRegistry &registry, HandlerId id) noexcept
{
    if (!registry.withhold(id, m_claimed, m_withholding))
        return false;
    ++m_count;
    return true;
}

void HandlerRemoval::finish() noexcept
{
    finish(Waiting::No);
}

void HandlerRemoval::finishAndWait() noexcept
{
    finish(Waiting::Yes);
}

void HandlerRemoval::finish(Waiting waiting) noexcept
{
    Node *claimed = std::exchange(m_claimed, nullptr);
    m_count = 0;
    m_withholding = {};
    Core::finish(claimed, waiting);
    while (claimed) {
        Node *const node = std::exchange(claimed, claimed->nextClaimed);
        Core::forget(node);
    }
}

} // namespace SignalBox::detail
