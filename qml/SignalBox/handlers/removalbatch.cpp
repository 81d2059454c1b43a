// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/removalbatch_p.h>

#include <SignalBox/core/registry/handlerremoval.h>
#include <SignalBox/qt/registry/registryobject.h>
#include <SignalBox/scripts/scripthome_p.h>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace SignalBox::detail {

namespace {

// While no event loop turns.
constexpr std::size_t mostHandlers = 1024;

class RemovalBatch;
// On its way to this thread; looked at only while the thread's mailbox, which has it, is open.
thread_local constinit RemovalBatch *current = nullptr;

class RemovalBatch final : public Task
{
public:
    // Null: there is no event loop that would end it, or no memory.
    static RemovalBatch *ofThread(const ScriptHome &home) noexcept
    {
        if (!home.thread().isCurrentAndOpen())
            return nullptr;
        if (current)
            return current;
        try {
            auto batch = std::make_unique<RemovalBatch>();
            current = batch.get();
            home.post(std::move(batch)); // its end takes it away again
        } catch (const std::bad_alloc &) {}
        return current;
    }

    RemovalBatch() = default;
    Q_DISABLE_COPY_MOVE(RemovalBatch)
    ~RemovalBatch() override
    {
        if (current == this)
            current = nullptr; // first: what is destroyed now may end other handlers
    }
    void run() noexcept override {}

    bool add(RegistryObject &registry, HandlerId id) noexcept
    {
        const bool isDone = registry.unregisterWith(m_removal, id);
        if (m_removal.count() >= mostHandlers)
            m_removal.finish();
        return isDone;
    }

private:
    HandlerRemoval m_removal; // whose end finishes it
};

} // namespace

bool unregisterInBatch(RegistryObject &registry, HandlerId id, const ScriptHome &home) noexcept
{
    RemovalBatch *const batch = RemovalBatch::ofThread(home);
    return batch ? batch->add(registry, id) : registry.unregister(id);
}

} // namespace SignalBox::detail
