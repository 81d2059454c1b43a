// SPDX-License-Identifier: MIT
#include <SignalBox/core/registry/untypedregistry.h>

#include <SignalBox/core/registry/registrycore.h>

#include <utility>

namespace SignalBox::detail {

using Core = RegistryCore<StandardPlatform>;

namespace {

Core::NodePointer makeNode(const UntypedRegistry::Node::Source &source, HandlerOptions &options,
                           const SourceLocation &location, Control<StandardPlatform> *control)
{
    Core::NodePointer node(UntypedRegistry::Node::create(source, control));
    node->once = options.once;
    node->name = std::move(options.name);
    node->registeredAt = location;
    return node;
}

} // namespace

void UntypedRegistry::NodeDeleter::operator()(Node *node) const noexcept
{
    node->dropReference();
}

UntypedRegistry::UntypedRegistry() : m_control(Core::open()) {}

UntypedRegistry::~UntypedRegistry()
{
    Core(m_control).close();
}

void UntypedRegistry::reserve(std::size_t count)
{
    Core(m_control).reserve(count);
}

HandlerId UntypedRegistry::add(const Node::Source &source, HandlerOptions &options, const SourceLocation &location)
{
    return Core(m_control).add(makeNode(source, options, location, m_control), options.priority, options.enabled);
}

UntypedRegistry::Node *UntypedRegistry::addGuarded(const Node::Source &source, HandlerOptions &options,
                                                   const SourceLocation &location)
{
    return Core(m_control).addGuarded(makeNode(source, options, location, m_control), options.priority, options.enabled);
}

UntypedRegistry::NodePointer UntypedRegistry::make(const Node::Source &source, HandlerOptions &options,
                                                   const SourceLocation &location)
{
    return NodePointer(makeNode(source, options, location, m_control).release());
}

UntypedRegistry::Node *UntypedRegistry::addGuarded(NodePointer node, int priority, bool isEnabled)
{
    return Core(m_control).addGuarded(Core::NodePointer(node.release()), priority, isEnabled);
}

bool UntypedRegistry::remove(HandlerId id) noexcept
{
    return Core(m_control).remove(id, Waiting::No);
}

bool UntypedRegistry::removeAndWait(HandlerId id) noexcept
{
    return Core(m_control).remove(id, Waiting::Yes);
}

void UntypedRegistry::clear() noexcept
{
    Core(m_control).clear();
}

bool UntypedRegistry::withhold(HandlerId id, Node *&claimed, Withholding &withholding) noexcept
{
    return Core(m_control).withhold(id, claimed, withholding);
}

bool UntypedRegistry::contains(HandlerId id) const noexcept
{
    return Core(m_control).contains(id);
}

bool UntypedRegistry::isEnabled(HandlerId id) const noexcept
{
    return Core(m_control).isEnabled(id);
}

bool UntypedRegistry::setEnabled(HandlerId id, bool isEnabled) noexcept
{
    return Core(m_control).setEnabled(id, isEnabled);
}

bool UntypedRegistry::setPriority(HandlerId id, int priority)
{
    return Core(m_control).setPriority(id, priority);
}

std::vector<HandlerInfo> UntypedRegistry::handlers() const
{
    return Core(m_control).handlers();
}

void UntypedRegistry::setExceptionCallback(const Node::Source &source, const SourceLocation &location)
{
    Core core(m_control);
    HandlerOptions options;
    core.setExceptionCallback(makeNode(source, options, location, core.exceptionControl()));
}

void UntypedRegistry::clearExceptionCallback() noexcept
{
    Core(m_control).clearExceptionCallback();
}

void UntypedRegistry::visit(const void *event) const noexcept
{
    Core(m_control).visit(event);
}

} // namespace SignalBox::detail
