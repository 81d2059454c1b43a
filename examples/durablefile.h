// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

// Files of which one knows what is on the disk, by POSIX. Failures are std::system_error.

/*! Grows at its end only. Threads and processes may append to one file at once: no record tears another one apart. */
class AppendFile
{
public:
    /*! Makes the file if it is not there. */
    explicit AppendFile(const std::filesystem::path &path);
    ~AppendFile();
    AppendFile(const AppendFile &) = delete;
    AppendFile &operator=(const AppendFile &) = delete;

    /*! In one write(): from here on the record survives the end of the process, but not of the machine. After a failure
        a part of the record may be in the file. */
    void append(std::string_view record);

    /*! All records appended before are on the disk when it returns. After a failure nobody knows which are. */
    void synchronize();

private:
    const int m_descriptor;
};

/*! The file has the old content or the new one, complete, at any moment, whoever reads it and whatever fails. On the
    disk when it returns. One thread at a time per file. */
void replaceFile(const std::filesystem::path &path, std::string_view content);

/*! Empty if there is no such file. */
std::string readFile(const std::filesystem::path &path);
