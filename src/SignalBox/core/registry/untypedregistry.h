// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerinfo.h>
#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registry/dispatch.h>

#include <memory>
#include <vector>

namespace SignalBox::detail {

/*!
    What a SyncRegistry is, but for the types of its event and its handlers. Only notify() is inline: all else is compiled
    once, in the library, so that a program's translation units get the hot path and a call for each handler. What the
    members promise is said in syncregistry.h.
*/
class SIGNALBOX_CORE_EXPORT UntypedRegistry
{
public:
    using Node = HandlerNode<StandardPlatform>;
    /*! Frees a node that was never registered. */
    struct SIGNALBOX_CORE_EXPORT NodeDeleter
    {
        void operator()(Node *node) const noexcept;
    };
    using NodePointer = std::unique_ptr<Node, NodeDeleter>;

    UntypedRegistry();
    UntypedRegistry(const UntypedRegistry &) = delete;
    UntypedRegistry &operator=(const UntypedRegistry &) = delete;
    ~UntypedRegistry();

    void reserve(std::size_t count);

    HandlerId add(const Node::Source &source, HandlerOptions &options, const SourceLocation &location);
    /*! Keeps the node for a guard. */
    Node *addGuarded(const Node::Source &source, HandlerOptions &options, const SourceLocation &location);
    /*! The same in two steps. */
    NodePointer make(const Node::Source &source, HandlerOptions &options, const SourceLocation &location);
    Node *addGuarded(NodePointer node, int priority, bool isEnabled);
    bool remove(HandlerId id) noexcept;
    bool removeAndWait(HandlerId id) noexcept;
    void clear() noexcept;
    /*! For HandlerRemoval: see RegistryCore::withhold(). */
    bool withhold(HandlerId id, Node *&claimed, Withholding &withholding) noexcept;

    bool contains(HandlerId id) const noexcept;
    std::size_t handlerCount() const noexcept
    {
        // Relaxed: stale on return anyway.
        return m_control->handlerCount.load(std::memory_order_relaxed);
    }
    bool isEnabled(HandlerId id) const noexcept;
    bool setEnabled(HandlerId id, bool isEnabled) noexcept;
    bool setPriority(HandlerId id, int priority);
    std::vector<HandlerInfo> handlers() const;

    void setExceptionCallback(const Node::Source &source, const SourceLocation &location);
    void clearExceptionCallback() noexcept;

    DispatchReport notify(const void *event) const noexcept
    {
        return Dispatch<StandardPlatform>::notify(*m_control, event);
    }
    /*! Paused handlers too. */
    void visit(const void *event) const noexcept;

private:
    Control<StandardPlatform> *const m_control;
};

} // namespace SignalBox::detail
