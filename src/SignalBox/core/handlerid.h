// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

namespace SignalBox {

namespace detail {
struct HandlerIdAccess;
}

/*!
    \class SignalBox::HandlerId
    \brief Identifies one registration.

    An opaque 64-bit value. It is unique in the process and never reused, so a registry refuses an id of another
    registry, or of an unregistered handler, as it refuses any unknown id. Ids grow: of two ids, the one
    registered later compares greater. A default-constructed id is invalid and belongs to no handler.

    \plainvalue

    An id that one thread gives to another has to bring along what the registering thread did before: give it under a mutex,
    by a queue or a signal, or by an atomic that is stored with release and loaded with acquire. By a relaxed store it could
    arrive before its registration does, and a call with it, setEnabled() for example, could use a handler that is being freed.

    Ids come from one 44-bit counter for the process: a program that registers one handler every
    microsecond without pause uses it up after half a year, and registerHandler() then throws
    std::length_error instead of repeating an id.

    \code
    const SignalBox::HandlerId id = registry.registerHandler(audit);
    std::map<SignalBox::HandlerId, std::string> owners{{id, "audit"}};
    registry.unregister(id); // true once
    registry.unregister(id); // false ever after
    \endcode
*/
class HandlerId
{
public:
    /*! The invalid id. */
    constexpr HandlerId() noexcept = default;

    /*! Whether a registry has made this id. The handler may have been unregistered since. */
    [[nodiscard]] constexpr bool isValid() const noexcept { return m_value != 0; }

    /*! The number behind the id, for logs and tables; 0 for an invalid id. */
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return m_value; }

    /*! "HandlerId(42)", or "HandlerId()" for an invalid id. May allocate. */
    [[nodiscard]] std::string toString() const
    {
        return isValid() ? "HandlerId(" + std::to_string(m_value) + ")" : std::string("HandlerId()");
    }

    /*! Whether both name the same registration, or both are invalid. */
    friend constexpr bool operator==(HandlerId, HandlerId) noexcept = default;
    /*! The id that was registered earlier is less; the invalid id is the least. */
    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 means the 0 that a < b is rewritten with
    friend constexpr std::strong_ordering operator<=>(HandlerId, HandlerId) noexcept = default;

    /*! qHash() for QHash and QSet, found by argument-dependent look-up; needs no Qt header. */
    friend constexpr std::size_t qHash(HandlerId id, std::size_t seed = 0) noexcept
    {
        // Fibonacci hashing (Knuth, TAOCP 3, 6.4): ids are nearly consecutive, hash tables want them spread.
        return static_cast<std::size_t>((id.m_value ^ seed) * 0x9E3779B97F4A7C15U);
    }

    /*! Writes toString(). */
    friend std::ostream &operator<<(std::ostream &stream, HandlerId id) { return stream << id.toString(); }

private:
    friend struct detail::HandlerIdAccess;
    explicit constexpr HandlerId(std::uint64_t value) noexcept : m_value(value) {}

    std::uint64_t m_value = 0;
};

namespace detail {
// Only the library makes ids.
struct HandlerIdAccess
{
    static constexpr HandlerId make(std::uint64_t value) noexcept { return HandlerId(value); }
};
} // namespace detail

} // namespace SignalBox

/*! For std::unordered_map and the like: as qHash(). */
template <>
struct std::hash<SignalBox::HandlerId>
{
    /*! A hash of the id's number. Equal ids have equal hashes within one process. */
    std::size_t operator()(SignalBox::HandlerId id) const noexcept { return qHash(id); }
};
