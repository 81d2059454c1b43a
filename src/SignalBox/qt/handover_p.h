// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/detail/sanitizerorder.h>

#include <QtCore/qglobal.h>

#include <utility>

namespace SignalBox::detail {

/*!
    A function without arguments that one thread gives to Qt and another thread gets from it, in a queued call or a
    connection; it says so to ThreadSanitizer. Elsewhere it is the function and nothing more.
*/
template <class F>
class HandOver
{
public:
    explicit HandOver(F function) : m_function(std::move(function)) { SanitizerOrder::release(); }
    HandOver(HandOver &&other) noexcept : m_function(std::move(other.m_function)) { SanitizerOrder::release(); }
    ~HandOver() { SanitizerOrder::acquire(); }
    Q_DISABLE_COPY(HandOver)
    HandOver &operator=(HandOver &&) = delete;

    void operator()()
    {
        SanitizerOrder::acquire();
        m_function();
        SanitizerOrder::release();
    }

private:
    F m_function;
};

} // namespace SignalBox::detail
