// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

namespace SignalBox::detail {

/*!
    A file descriptor that becomes readable when it is woken: an eventfd where there is one, elsewhere a pipe.
    Never blocks, is closed in programs that are started, and stays open for as long as the process lives.
*/
class WakeDescriptor
{
public:
    WakeDescriptor() noexcept = default;
    Q_DISABLE_COPY_MOVE(WakeDescriptor)

    /*! False: errno says why. */
    bool open() noexcept;
    bool isOpen() const noexcept { return m_readEnd >= 0; }
    int readEnd() const noexcept { return m_readEnd; }

    /*! Async-signal-safe, but may change errno. Where enough wake-ups wait already it adds none. */
    void wake() const noexcept;
    /*! Takes all wake-ups. */
    void drain() const noexcept;

    /*! In a child of fork(): from here on its own, under the same numbers, apart from its parent's. False: as open().
        */
    bool separateFromParent() noexcept;

private:
    int m_readEnd = -1;
    int m_writeEnd = -1; // the same where it is an eventfd
};

} // namespace SignalBox::detail
