// SPDX-License-Identifier: MIT
#include "durablefile.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace {

[[noreturn]] void fail(int error, const char *call)
{
    throw std::system_error(error, std::generic_category(), call);
}

void require(bool hasSucceeded, const char *call)
{
    if (!hasSucceeded)
        fail(errno, call);
}

class Descriptor
{
public:
    Descriptor(const std::filesystem::path &path, int flags)
        : m_descriptor(::open(path.c_str(), flags | O_CLOEXEC, 0644))
    {
        require(m_descriptor != -1, "open");
    }
    ~Descriptor() { ::close(m_descriptor); }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    operator int() const { return m_descriptor; }

private:
    const int m_descriptor;
};

// A name of a file is on the disk when its folder is.
void synchronizeFolderOf(const std::filesystem::path &path)
{
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    require(::fsync(Descriptor(folder, O_RDONLY | O_DIRECTORY)) == 0, "fsync");
}

int openForAppending(const std::filesystem::path &path)
{
    const bool isNew = !std::filesystem::exists(path);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    require(descriptor != -1, "open");
    try {
        if (isNew)
            synchronizeFolderOf(path);
    } catch (...) {
        ::close(descriptor);
        throw;
    }
    return descriptor;
}

} // namespace

AppendFile::AppendFile(const std::filesystem::path &path) : m_descriptor(openForAppending(path)) {}

AppendFile::~AppendFile()
{
    ::close(m_descriptor);
}

void AppendFile::append(std::string_view record)
{
    ssize_t written;
    do {
        written = ::write(m_descriptor, record.data(), record.size());
    } while (written == -1 && errno == EINTR);
    require(written != -1, "write");
    // The rest in a second write() might end up behind somebody else's record.
    if (static_cast<std::size_t>(written) != record.size())
        fail(ENOSPC, "write");
}

void AppendFile::synchronize()
{
    require(::fsync(m_descriptor) == 0, "fsync");
}

void replaceFile(const std::filesystem::path &path, std::string_view content)
{
    std::filesystem::path temporary = path;
    temporary += ".new";
    {
        const Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
        while (!content.empty()) {
            const ssize_t written = ::write(file, content.data(), content.size());
            if (written == -1 && errno == EINTR)
                continue;
            require(written != -1, "write");
            content.remove_prefix(static_cast<std::size_t>(written));
        }
        // Before the rename: else after a power failure the new name might have no content.
        require(::fsync(file) == 0, "fsync");
    }
    std::filesystem::rename(temporary, path);
    synchronizeFolderOf(path);
}

std::string readFile(const std::filesystem::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
