// SPDX-License-Identifier: MIT
#include "capture.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <fstream>

namespace SignalBox::Doctor {

namespace {

constexpr std::size_t mostOfStack = 256 * 1024;

// Those that end early when their thread is stopped, if only for a moment; all others go on.
bool isInFragileCall(pid_t process, pid_t thread)
{
    std::ifstream file("/proc/" + std::to_string(process) + "/task/" + std::to_string(thread) + "/syscall");
    long number = -1;
    if (!(file >> number))
        return false; // it runs
    for (const long fragile : {SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_semop, SYS_semtimedop, SYS_rt_sigtimedwait, SYS_msgrcv,
                               SYS_msgsnd, SYS_io_getevents, SYS_read, SYS_connect, SYS_accept, SYS_accept4, SYS_recvfrom, SYS_recvmsg,
                               SYS_sendto, SYS_sendmsg}) {
        if (number == fragile)
            return true;
    }
    return false;
}

} // namespace

bool Capture::waitForStop(pid_t thread, int &status)
{
    for (int i = 0; i < 200; ++i) {
        if (waitpid(thread, &status, __WALL | WNOHANG) == thread)
            return true;
        const timespec moment{0, 50'000};
        nanosleep(&moment, nullptr);
    }
    return false;
}

bool Capture::handles(pid_t thread, int status)
{
    if (!WIFSTOPPED(status))
        return false;
    // A signal that came in between reaches it as if nothing had been.
    const bool isOurs = status >> 16 == PTRACE_EVENT_STOP;
    ptrace(PTRACE_DETACH, thread, nullptr, reinterpret_cast<void *>(isOurs ? 0L : long(WSTOPSIG(status))));
    std::erase(m_late, thread);
    return true;
}

void Capture::letGo()
{
    for (const pid_t thread : std::vector(m_late)) {
        int status = 0;
        if (thread != m_process && waitpid(thread, &status, __WALL | WNOHANG) == thread && !handles(thread, status))
            std::erase(m_late, thread);
    }
}

std::optional<Snapshot> Capture::take(pid_t thread)
{
    if (m_ended || std::find(m_late.begin(), m_late.end(), thread) != m_late.end() || isInFragileCall(m_process, thread))
        return {};
    if (ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0)
        return {};
    ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
    int status = 0;
    if (!waitForStop(thread, status)) {
        m_late.push_back(thread); // in the middle of something that cannot be interrupted
        return {};
    }
    if (!WIFSTOPPED(status)) {
        if (thread == m_process)
            m_ended = status;
        return {};
    }
    std::optional<Snapshot> result;
    user_regs_struct registers{};
    if (ptrace(PTRACE_GETREGS, thread, nullptr, &registers) == 0) {
        Snapshot snapshot;
        snapshot.registers = {registers.rax, registers.rdx, registers.rcx, registers.rbx, registers.rsi, registers.rdi,
                              registers.rbp, registers.rsp, registers.r8, registers.r9, registers.r10, registers.r11,
                              registers.r12, registers.r13, registers.r14, registers.r15, registers.rip};
        snapshot.stackBegin = registers.rsp - 128; // with the red zone
        snapshot.stack.resize(mostOfStack);
        iovec to{snapshot.stack.data(), snapshot.stack.size()};
        // In pieces, as a read ends where the first page is missing.
        std::vector<iovec> from;
        constexpr std::uint64_t page = 4096;
        std::uint64_t begin = snapshot.stackBegin;
        const std::uint64_t end = begin + mostOfStack;
        while (begin < end) {
            const std::uint64_t next = std::min(end, (begin / page + 1) * page);
            from.push_back({reinterpret_cast<void *>(begin), next - begin});
            begin = next;
        }
        const ssize_t size = process_vm_readv(m_process, &to, 1, from.data(), from.size(), 0);
        snapshot.stack.resize(std::size_t(std::max<ssize_t>(0, size)));
        result = std::move(snapshot);
    }
    handles(thread, status);
    return result;
}

bool Capture::read(std::uint64_t address, void *to, std::size_t size) const
{
    const iovec local{to, size};
    const iovec remote{reinterpret_cast<void *>(address), size};
    return address != 0 && process_vm_readv(m_process, &local, 1, &remote, 1, 0) == ssize_t(size);
}

std::string Capture::readText(std::uint64_t address) const
{
    std::string text;
    char c = 0;
    while (text.size() < 200 && read(address + text.size(), &c, 1) && c >= ' ' && c <= '~')
        text += c;
    return text;
}

} // namespace SignalBox::Doctor
