// SPDX-License-Identifier: MIT
#pragma once

#include "../durablefile.h"
#include "transfer.h"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

/*!
    What has begun and what has been given up, a line each: "begin 7 alice bob 10", "abort 7". A line is on the disk
    when the call that writes it has returned. A last line without its end was being written when the program or the
    machine stopped; it has never begun, and is cut off. (A journal for disks that reorder writes has a checksum in each
    line.)

    Failures are std::system_error. After one nobody knows what is on the disk: the journal takes nothing more, and the
    next Journal on the file reads what is there.
*/
class Journal
{
public:
    explicit Journal(const std::filesystem::path &path);

    void begin(const Transfer &transfer);
    void abort(std::uint64_t number);
    bool isIntact() const { return m_isIntact; }

    /*! As found by the constructor: begun, not aborted, and later than `number`. */
    std::vector<Transfer> transfersAfter(std::uint64_t number) const;
    /*! As found by the constructor; 0 if there was none. */
    std::uint64_t lastNumber() const { return m_lastNumber; }

private:
    void append(std::string_view line);

    std::vector<Transfer> m_found;
    std::uint64_t m_lastNumber = 0;
    bool m_isIntact = true;
    AppendFile m_file;
};
