// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/eventmemory.h>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*! What a store needs to know of the type of its values. */
struct ValueType
{
    std::size_t size;
    void (*move)(void *place, void *value) noexcept; // makes one in raw memory
    void (*destroy)(void *value) noexcept; // null: there is nothing to do

    /*! Null: values of this type have to be shared events. */
    template <class E>
    static const ValueType *of() noexcept
    {
        if constexpr (isStorable<E>) {
            static constexpr ValueType type{sizeof(E), &moveValue<E>,
                                            std::is_trivially_destructible_v<E> ? nullptr : &destroyValue<E>};
            return &type;
        } else {
            return nullptr;
        }
    }

    /*! A post whose event cannot be moved changes nothing, so a place must not be claimed before that is known. Events that
        point to objects are held while they wait. Of large ones only a few would fit into a segment. */
    template <class E>
    static constexpr bool isStorable = std::is_nothrow_move_constructible_v<E> && alignof(E) <= EventMemory::alignment && sizeof(E) <= 256
        && !mayHoldObjects<E> && !std::is_same_v<E, NoEvent>;

private:
    template <class E>
    static void moveValue(void *place, void *value) noexcept
    {
        ::new (place) E(std::move(*static_cast<E *>(value)));
    }
    template <class E>
    static void destroyValue(void *value) noexcept
    {
        std::destroy_at(static_cast<E *>(value));
    }
};

} // namespace SignalBox::detail
