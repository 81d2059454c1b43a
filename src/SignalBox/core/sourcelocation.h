// SPDX-License-Identifier: MIT
#pragma once

#include <version>

#ifdef __cpp_lib_source_location
#    include <source_location>
#else
#    include <cstdint>
#endif

namespace SignalBox {

#ifdef __cpp_lib_source_location
/*! Where something was registered. */
using SourceLocation = std::source_location;
#else
/*!
    Where something was registered: std::source_location, or this class with its members where the standard library has none
    (libstdc++ needs Clang 15 for it). Names are as in the standard.
*/
class SourceLocation
{
public:
    constexpr SourceLocation() noexcept = default;

    /*! Without arguments, and as a default argument: the place of the call that is written there. */
    // Not consteval: Clang before 17 evaluates an immediate call in a default argument where that is declared.
    static constexpr SourceLocation current(const char *file = __builtin_FILE(), const char *function = __builtin_FUNCTION(),
                                            std::uint_least32_t line = __builtin_LINE(),
                                            std::uint_least32_t column = __builtin_COLUMN()) noexcept
    {
        SourceLocation location;
        location.m_file = file;
        location.m_function = function;
        location.m_line = line;
        location.m_column = column;
        return location;
    }

    constexpr std::uint_least32_t line() const noexcept { return m_line; }
    constexpr std::uint_least32_t column() const noexcept { return m_column; }
    constexpr const char *file_name() const noexcept { return m_file; }
    constexpr const char *function_name() const noexcept { return m_function; }

private:
    const char *m_file = "";
    const char *m_function = "";
    std::uint_least32_t m_line = 0;
    std::uint_least32_t m_column = 0;
};
#endif

} // namespace SignalBox
