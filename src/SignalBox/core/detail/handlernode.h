// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/detail/hazardrecord.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/sourcelocation.h>

#include <cstddef>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

template <class Platform>
struct Control;

// What calling one entry of a list came to. Handlers that only continue say nothing, so that their entry can
// end in a jump to what they call.
enum class Outcome : unsigned char {
    Continue,
    Stop,
    NotCalled, // a `once` handler that another thread had fired already
    Failed, // it threw; told by the walk, never returned
};

// Something that lists refer to, with the interval of list versions in which they do.
struct Retirable
{
    enum class Kind : unsigned char { Block, Node };

    explicit Retirable(Kind itsKind) noexcept : kind(itsKind) {}

    std::uint64_t birth = 0; // version of the first list that contains it
    std::uint64_t death = 0; // version of the first list that no longer does
    Retirable *nextRetired = nullptr;
    Kind kind;
};

// One registered handler: header here, callable behind it (CallableNode).
//
// Lifetime: the header lives while a list contains it, a guard names it or an operation works on it
// (`references`). The callable dies earlier: when the handler has been removed and nobody is inside.
template <class Platform>
struct HandlerNode : Retirable
{
    template <class T>
    using Atomic = typename Platform::template Atomic<T>;
    using Invoke = void (*)(HandlerNode *, const void *event, Outcome *outcome);

    enum State : std::uint32_t {
        Removed = 1, // never again called; set once, by whoever claimed the id
        Disabled = 2, // paused
        CallableClaimed = 4, // somebody destroys, or has destroyed, the callable
        CallableDestroyed = 8, // and is done
        Awaited = 16, // leavers have to wake somebody
        Withdrawn = 32, // removed, and every walk that begins now passes it over
    };

    // What depends on the type of the callable. Each node has a copy: it is looked at after the callable is gone, and
    // the code that registered the handler, a plugin's perhaps, with it.
    struct Operations
    {
        Invoke invoke;
        void (*destroyCallable)(HandlerNode *) noexcept; // null: trivially destructible
        std::size_t alignment; // of header and callable
    };

    HandlerNode(const Operations &itsOperations, Control<Platform> *itsControl) noexcept
        : Retirable(Kind::Node), operations(itsOperations), control(itsControl)
    {
    }

    bool hasState(std::uint32_t bits, MemorySite site) const noexcept
    {
        return (state.load(Platform::order(site, std::memory_order_seq_cst)) & bits) != 0;
    }

    void addReference() noexcept
    {
        // Relaxed: whoever adds one already has a reason for the node to be alive.
        references.fetch_add(1, std::memory_order_relaxed);
    }

    void dropReference() noexcept
    {
        // Release: my accesses happen before the deletion; acquire: all others' accesses happened
        // before mine. Partner: itself, in the other holders. Weaker: the header is freed under them.
        if (references.fetch_sub(1, Platform::order(MemorySite::DropReference, std::memory_order_acq_rel)) != 1)
            return;
        // Only a handler that was never published gets here with its callable alive.
        if (operations.destroyCallable && !(state.load(std::memory_order_relaxed) & CallableClaimed))
            operations.destroyCallable(this);
        deallocate();
    }

    const Operations operations;
    Control<Platform> *control;
    Atomic<std::uint32_t> state{0};
    Atomic<std::uint32_t> references{1}; // the lists' own
    Atomic<std::uint32_t> deepInside{0}; // frames inside that have no hazard slot
    Atomic<std::uint32_t> leaves{0}; // what waiters sleep on
    Atomic<const void *> destroyer{nullptr}; // Platform::currentThread() of who runs the callable's destructor
    // Where the last change put it. Hints only (setPriority may race): a list is the truth about itself.
    Atomic<int> priority{0};
    Atomic<std::uint64_t> sequence{0};
    HandlerId id;
    bool once = false;
    bool isExceptionCallback = false;
    HandlerNode *nextClaimed = nullptr; // links the handlers that one clear() claimed; its claimer only
    HandlerNode *nextReleased = nullptr; // links those whose guards end together; the guards' owner only
    [[no_unique_address]] typename Platform::Canary canary;
    std::string name;
    SourceLocation registeredAt;

private:
    // Header and memory of the CallableNode that this is. No function of the callable's type, see Operations.
    void deallocate() noexcept
    {
        const std::size_t alignment = operations.alignment;
        this->~HandlerNode();
        if (alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
            ::operator delete(static_cast<void *>(this), std::align_val_t(alignment));
        else
            ::operator delete(static_cast<void *>(this));
    }
};

template <class Platform, class Callable>
struct CallableNode final : HandlerNode<Platform>
{
    using Base = HandlerNode<Platform>;

    template <class F>
    CallableNode(const typename Base::Operations &itsOperations, Control<Platform> *itsControl, F &&function)
        : Base(itsOperations, itsControl)
    {
        ::new (static_cast<void *>(&storage)) Callable(std::forward<F>(function));
    }
    ~CallableNode() = default;

    Callable &callable() noexcept { return *std::launder(reinterpret_cast<Callable *>(&storage)); }

    static CallableNode *from(Base *node) noexcept { return static_cast<CallableNode *>(node); }

    // Its lifetime is shorter than the node's: raw storage.
    alignas(Callable) std::byte storage[sizeof(Callable)];
};

// `Call` is a stateless function object: void(Callable &, const void *event, Outcome *outcome). It writes to
// `outcome` only what is not Continue.
template <class Platform, class Callable, class Call>
inline constexpr typename HandlerNode<Platform>::Operations handlerOperations = {
    [](HandlerNode<Platform> *node, const void *event, Outcome *outcome) {
        Call{}(CallableNode<Platform, Callable>::from(node)->callable(), event, outcome);
    },
    std::is_trivially_destructible_v<Callable>
            ? nullptr
            : +[](HandlerNode<Platform> *node) noexcept {
                  CallableNode<Platform, Callable>::from(node)->callable().~Callable();
              },
    alignof(CallableNode<Platform, Callable>),
};

} // namespace SignalBox::detail
