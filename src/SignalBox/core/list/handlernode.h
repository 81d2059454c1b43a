// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/hazard/hazardrecord.h>
#include <SignalBox/core/sourcelocation.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

template <class Platform>
struct Control;
class LastingCalls;

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

// One registered handler: header here, callable behind it (CallableIn).
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

    // A callable that is about to be registered: what create() needs of its type.
    struct Source
    {
        Operations operations;
        std::size_t size; // of header and callable
        void (*construct)(HandlerNode *, void *callable); // moves or copies it behind the header
        void *callable;
    };

    // Header and callable. Throws std::bad_alloc, and what the callable's constructor throws.
    static HandlerNode *create(const Source &source, Control<Platform> *control)
    {
        const std::size_t alignment = source.operations.alignment;
        void *memory = alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__
                ? ::operator new(source.size, std::align_val_t(alignment))
                : ::operator new(source.size);
        auto *node = ::new (memory) HandlerNode(source.operations, control);
        try {
            source.construct(node, source.callable);
        } catch (...) {
            node->deallocate();
            throw;
        }
        return node;
    }

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
    std::shared_ptr<LastingCalls> lastingCalls; // null: it ends with its function; constant from before others see it
    std::string scriptPlace; // where the script is that registered it; empty: C++ did

private:
    // Header and memory. No function of the callable's type, see Operations.
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

// The callable behind its header. Its lifetime is shorter than the header's.
template <class Platform, class Callable>
class CallableIn
{
    using Node = HandlerNode<Platform>;

    static constexpr std::size_t offset = (sizeof(Node) + alignof(Callable) - 1) / alignof(Callable) * alignof(Callable);
    static constexpr std::size_t alignment = alignof(Callable) > alignof(Node) ? alignof(Callable) : alignof(Node);

    static void *place(Node *node) noexcept { return reinterpret_cast<std::byte *>(node) + offset; }

public:
    static Callable &of(Node *node) noexcept { return *std::launder(static_cast<Callable *>(place(node))); }

    // `Call` is a stateless function object: void(Callable &, const void *event, Outcome *outcome). It writes to
    // `outcome` only what is not Continue. `callable` is copied or moved when the node is created.
    template <class Call, class F>
    static typename Node::Source from(F &&callable) noexcept
    {
        return {{&invoke<Call>, destroyFunction(), alignment}, offset + sizeof(Callable), &construct<F>, addressOf(callable)};
    }

private:
    template <class Call>
    static void invoke(Node *node, const void *event, Outcome *outcome)
    {
        Call{}(of(node), event, outcome);
    }

    // F: as forwarded, so that what is const is copied. A function's address is that of its code.
    template <class F>
    static void construct(Node *node, void *source)
    {
        using Referenced = std::remove_reference_t<F>;
        if constexpr (std::is_function_v<Referenced>)
            ::new (place(node)) Callable(reinterpret_cast<Callable>(source));
        else
            ::new (place(node)) Callable(std::forward<F>(*static_cast<Referenced *>(source)));
    }
    template <class Source>
    static void *addressOf(Source &source) noexcept
    {
        if constexpr (std::is_function_v<Source>)
            return reinterpret_cast<void *>(&source);
        else
            return const_cast<void *>(static_cast<const void *>(std::addressof(source)));
    }

    static constexpr auto destroyFunction() noexcept -> void (*)(Node *) noexcept
    {
        if constexpr (std::is_trivially_destructible_v<Callable>)
            return nullptr;
        else
            return [](Node *node) noexcept { of(node).~Callable(); };
    }
};

} // namespace SignalBox::detail
