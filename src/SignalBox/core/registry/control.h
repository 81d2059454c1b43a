// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/hazard/hazarddomain.h>
#include <SignalBox/core/list/handlerlist.h>
#include <SignalBox/core/list/idtable.h>

// The part of a registry that outlives it: as long as one of its lists is walked or a guard names one of
// its handlers.

namespace SignalBox::detail {

enum class Waiting { No, Yes };

// What RegistryCore::withhold() knows of its calls before.
struct Withholding
{
    const void *tagged = nullptr; // the registry whose list was tagged last
    std::uint32_t changes = 0;    // lists that were replaced instead, since that tag was found gone
};

// The published word: a list's address with two tags.
class PublishedList
{
public:
    static constexpr std::uintptr_t emptyTag = 1; // no handlers at all: a notify returns at once
    static constexpr std::uintptr_t uncheckedTag = 2; // states of nodes have changed without a new list
};

template <class Platform>
struct Control
{
    template <class T>
    using Atomic = typename Platform::template Atomic<T>;
    using List = HandlerList<Platform>;
    using Node = HandlerNode<Platform>;
    using Word = std::uintptr_t;

    Control() noexcept : head(emptyWord(&first)) {}
    Control(const Control &) = delete;
    Control &operator=(const Control &) = delete;

    static List *listOf(Word word) noexcept
    {
        return reinterpret_cast<List *>(word & ~(PublishedList::emptyTag | PublishedList::uncheckedTag));
    }
    static Word wordOf(List *list) noexcept { return reinterpret_cast<Word>(list); }
    static Word emptyWord(List *list) noexcept { return wordOf(list) | PublishedList::emptyTag; }

    // Whether a walk of this word must look at every node's state: changes were made without memory, to
    // this very list (tag), or to one before it while its builder had read older states (count).
    bool needsStateChecks(Word word) const noexcept
    {
        // Seq_cst, as the increment in RegistryCore::markUnchecked(): either that thread sees the list
        // published and tags it, or a walk of the list sees the count.
        return (word & PublishedList::uncheckedTag)
                || listOf(word)->checkedChanges
                != uncheckedChanges.load(Platform::order(MemorySite::CountUnchecked, std::memory_order_seq_cst));
    }

    void addReference() noexcept { references.fetch_add(1, std::memory_order_relaxed); }
    // Acquire-release, as in HandlerNode::dropReference().
    void dropReference() noexcept;

    // --- read by every notify; written by changes only -------------------------------------------
    alignas(128) Atomic<Word> head;
    Atomic<std::uint64_t> uncheckedChanges{0};
    Atomic<Control *> exceptionControl{nullptr}; // the registry of the exception callback; see registrycore.h

    // --- writers ---------------------------------------------------------------------------------
    alignas(128) Atomic<std::uint32_t> references{1}; // the registry, and every guard
    Atomic<std::uint32_t> handlerCount{0};
    Atomic<std::uint64_t> reclaimRequests{0}; // election; see reclaimer.h
    Atomic<bool> isOrphan{false}; // the registry is gone; the domain reclaims what is left
    Atomic<std::uint64_t> lastReclaim{0}; // version of the head at the last pass
    Atomic<Retirable *> retired{nullptr}; // pushed by whoever published the change
    Retirable *unreclaimed = nullptr; // the elected reclaimer only
    Control *nextOrphan = nullptr; // its holder only
    IdTable<Platform> ids;
    List first; // the empty list that a registry starts with, version 0
    List last; // the empty list that its destruction leaves: destruction needs no memory
    [[no_unique_address]] typename Platform::Canary canary;
};

} // namespace SignalBox::detail
