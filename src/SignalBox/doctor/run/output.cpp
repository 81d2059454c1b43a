// SPDX-License-Identifier: MIT
#include "output.h"

#include "program.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace SignalBox::Doctor {

void Output::open(const std::string &path)
{
    m_path = path;
    m_descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (m_descriptor < 0)
        throw Refusal(Refusal::own, "cannot write the report to \"" + path + "\": " + std::strerror(errno) + '.');
}

void Output::useStderr()
{
    m_descriptor = STDERR_FILENO;
    m_path = "stderr";
}

void Output::write(const std::string &text)
{
    if (m_descriptor != STDERR_FILENO) {
        if (ftruncate(m_descriptor, 0) != 0 && errno != EINVAL) // a device has no length
            return complain();
        lseek(m_descriptor, 0, SEEK_SET);
    }
    for (std::size_t written = 0; written < text.size();) {
        const ssize_t size = ::write(m_descriptor, text.data() + written, text.size() - written);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return complain();
        written += std::size_t(size);
    }
}

void Output::complain() const
{
    std::fprintf(stderr, "signalbox-doctor: cannot write %s: %s\n", m_path.c_str(), std::strerror(errno));
}

} // namespace SignalBox::Doctor
