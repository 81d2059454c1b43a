// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <utility>

namespace SignalBox::detail {

class Route;

/*!
    A call of a handler on the thread that the handler asked for, from its begin to its end, on the stack. What runs inside of the call finds
    the handler's route by it, which is alive meanwhile. Calls of inline handlers have none.
*/
class RunningCall
{
public:
    explicit RunningCall(const Route &route) noexcept : m_route(route), m_outer(std::exchange(s_innermost, this)) {}
    ~RunningCall() { s_innermost = m_outer; }
    Q_DISABLE_COPY_MOVE(RunningCall)

    /*! The innermost call of the calling thread; null: there is none. */
    static const RunningCall *innermost() noexcept { return s_innermost; }
    const Route &route() const noexcept { return m_route; }

private:
    // Initial-exec: a call of __tls_get_addr() for each delivery costs as much as some deliveries.
#if defined(__GNUC__) && defined(__ELF__)
    __attribute__((tls_model("initial-exec")))
#endif
    static thread_local constinit const RunningCall *s_innermost;

    const Route &m_route;
    const RunningCall *const m_outer;
};

} // namespace SignalBox::detail
