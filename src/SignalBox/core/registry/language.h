// SPDX-License-Identifier: MIT
#pragma once

// Included first, so that this is the first thing that a compiler says which has been told of an older standard.
#if !defined(Q_MOC_RUN)
#    if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#        error "SignalBox needs C++20: compile with -std=c++20 (/std:c++20), or set CMAKE_CXX_STANDARD to 20"
#    endif
#endif

// Before <compare> and <concepts>: moc of Qt 6.4 cannot parse these if they are the first of the standard headers.
#include <cstddef>
