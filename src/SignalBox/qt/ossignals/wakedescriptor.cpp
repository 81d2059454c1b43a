// SPDX-License-Identifier: MIT
#include <SignalBox/qt/ossignals/wakedescriptor_p.h>

#include <cstdint>

#include <fcntl.h>
#include <unistd.h>
#if defined(Q_OS_LINUX)
#    include <sys/eventfd.h>
#endif

namespace SignalBox::detail {

#if defined(Q_OS_LINUX)

bool WakeDescriptor::open() noexcept
{
    m_readEnd = m_writeEnd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return isOpen();
}

void WakeDescriptor::drain() const noexcept
{
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(m_readEnd, &count, sizeof count);
}

bool WakeDescriptor::separateFromParent() noexcept
{
    const int fresh = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fresh < 0)
        return false;
    const bool isReplaced = dup3(fresh, m_readEnd, O_CLOEXEC) >= 0;
    close(fresh);
    return isReplaced;
}

#else

namespace {

bool openPipe(int (&ends)[2]) noexcept
{
    if (pipe(ends) != 0)
        return false;
    for (const int end : ends) {
        fcntl(end, F_SETFD, FD_CLOEXEC);
        fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK);
    }
    return true;
}

} // namespace

bool WakeDescriptor::open() noexcept
{
    int ends[2];
    if (!openPipe(ends))
        return false;
    m_readEnd = ends[0];
    m_writeEnd = ends[1];
    return true;
}

void WakeDescriptor::drain() const noexcept
{
    char bytes[64];
    while (read(m_readEnd, bytes, sizeof bytes) == ssize_t(sizeof bytes)) {
    }
}

bool WakeDescriptor::separateFromParent() noexcept
{
    int ends[2];
    if (!openPipe(ends))
        return false;
    const bool isReplaced = dup2(ends[0], m_readEnd) >= 0 && dup2(ends[1], m_writeEnd) >= 0;
    fcntl(m_readEnd, F_SETFD, FD_CLOEXEC);
    fcntl(m_writeEnd, F_SETFD, FD_CLOEXEC);
    close(ends[0]);
    close(ends[1]);
    return isReplaced;
}

#endif

void WakeDescriptor::wake() const noexcept
{
    // Eight bytes are what an eventfd takes, and do no harm to a pipe.
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t size = write(m_writeEnd, &one, sizeof one);
}

} // namespace SignalBox::detail
