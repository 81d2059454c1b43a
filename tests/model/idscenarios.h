// SPDX-License-Identifier: MIT
#pragma once

#include "relacyplatform.h"

#include <array>
#include <memory>

// The table of ids by itself: slots that pass from one handler to another while somebody looks.

namespace Model {

template <class Derived, int threads>
struct IdScenario : rl::test_suite<Derived, threads>
{
    using Platform = RelacyPlatform<3>;
    using Node = SignalBox::detail::HandlerNode<Platform>;
    using Table = SignalBox::detail::IdTable<Platform>;

    void before()
    {
        pauses<MemorySite> = {};
        Platform::begin();
        table = std::make_unique<Table>();
        for (std::unique_ptr<Node> &node : nodes)
            node = std::make_unique<Node>(typename Node::Operations{}, nullptr);
        static_cast<Derived *>(this)->prepare();
    }
    void thread(unsigned index) { static_cast<Derived *>(this)->run(index); }
    void after()
    {
        for (std::unique_ptr<Node> &node : nodes)
            node.reset();
        table.reset();
        Platform::end();
    }

    HandlerId add(int number)
    {
        table->assign(nodes[number].get());
        table->publish(nodes[number].get());
        return nodes[number]->id;
    }
    void remove(HandlerId id)
    {
        if (table->claim(id))
            table->release(id);
    }
    static std::uint64_t indexOf(HandlerId id) { return id.value() & ((1U << Table::indexBits) - 1); }

    std::unique_ptr<Table> table;
    std::array<std::unique_ptr<Node>, 6> nodes;
};

// One thread looks an id up that another removes, whose slot the next handler gets: never that handler's node.
struct LookUpOfReusedSlot : IdScenario<LookUpOfReusedSlot, 2>
{
    HandlerId first;
    void prepare()
    {
        first = add(0);
        // Between the two loads of find().
        pauses<MemorySite>[0] = {.thread = 1, .site = MemorySite::PublishId, .operationsBefore = 1, .steps = rl::rand(40)};
    }
    void run(unsigned index)
    {
        if (index == 0) {
            remove(first);
            add(1);
        } else {
            const Node *found = table->find(first);
            RL_ASSERT(found == nullptr || found == nodes[0].get());
        }
    }
};

// The next handler is another thread's, which learns of the free slot from the stack alone.
struct LookUpOfSlotOfAnother : IdScenario<LookUpOfSlotOfAnother, 3>
{
    HandlerId first;
    void prepare()
    {
        first = add(0);
        pauses<MemorySite>[0] = {.thread = 2, .site = MemorySite::PublishId, .operationsBefore = 1, .steps = rl::rand(40)};
    }
    void run(unsigned index)
    {
        if (index == 0) {
            remove(first);
        } else if (index == 1) {
            add(1);
        } else {
            const Node *found = table->find(first);
            RL_ASSERT(found == nullptr || found == nodes[0].get());
        }
    }
};

// A slot comes back to the stack of free ones with another one below it than before: none is given out twice.
struct FreeSlotIsGivenOnce : IdScenario<FreeSlotIsGivenOnce, 2>
{
    HandlerId top;
    HandlerId kept;
    void prepare()
    {
        const HandlerId zero = add(0);
        const HandlerId one = add(1);
        remove(one);
        remove(zero); // free: zero, below it one
        top = add(2);
        kept = add(3);
    }
    void run(unsigned index)
    {
        if (index == 0) {
            remove(top);
        } else {
            const HandlerId fourth = add(4);
            const HandlerId fifth = add(5);
            RL_ASSERT(indexOf(fourth) != indexOf(kept) && indexOf(fifth) != indexOf(kept));
            RL_ASSERT(indexOf(fourth) != indexOf(fifth));
        }
    }
};

} // namespace Model
