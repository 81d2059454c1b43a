// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/core/syncregistry.h>

#include <cstddef>

namespace SignalBox::detail {

/*!
    Unregisters many handlers, of any registries, together: with one new list for each registry, and one process-wide fence for all.
    By one thread at a time. The registries may be destroyed before finish().
*/
class SIGNALBOX_CORE_EXPORT HandlerRemoval
{
public:
    HandlerRemoval() noexcept = default;
    HandlerRemoval(const HandlerRemoval &) = delete;
    HandlerRemoval &operator=(const HandlerRemoval &) = delete;
    /*! As finish(). */
    ~HandlerRemoval() { finish(); }

    /*! As HandlerReference::unregister(), but that a notify may still call the handler until finish() has returned. False: somebody
        else has removed it, which this does not wait for. */
    bool add(const HandlerReference &handler) noexcept;
    /*! As SyncRegistry::unregister(), but that what the handler captured lives until finish(), at least. */
    template <class E>
    bool unregister(SyncRegistry<E> &registry, HandlerId id) noexcept
    {
        return withhold(registry.m_untyped, id);
    }

    /*! How many wait for finish(). */
    std::size_t count() const noexcept { return m_count; }

    /*! Ends what was added. Destructors of captures may add more, which waits for the next call. */
    void finish() noexcept;
    /*! And returns when no other thread is inside any of them. */
    void finishAndWait() noexcept;

private:
    bool withhold(UntypedRegistry &registry, HandlerId id) noexcept;
    void finish(Waiting waiting) noexcept;

    HandlerNode<StandardPlatform> *m_claimed = nullptr;
    std::size_t m_count = 0;
    Withholding m_withholding;
};

} // namespace SignalBox::detail
