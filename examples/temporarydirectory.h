// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <system_error>

// A new folder among the temporary files, for us alone; gone with the object.
class TemporaryDirectory
{
public:
    TemporaryDirectory()
    {
        std::random_device random;
        do {
            m_path = std::filesystem::temp_directory_path() / ("signalbox-" + std::to_string(random()));
        } while (!std::filesystem::create_directory(m_path)); // somebody else's: another name
        std::filesystem::permissions(m_path, std::filesystem::perms::owner_all);
    }
    ~TemporaryDirectory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory &) = delete;
    TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;

    const std::filesystem::path &path() const { return m_path; }

private:
    std::filesystem::path m_path;
};
