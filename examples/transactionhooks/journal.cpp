// SPDX-License-Identifier: MIT
#include "journal.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace {

// Before anything is appended behind it.
const std::filesystem::path &withoutIncompleteLine(const std::filesystem::path &path)
{
    const std::string text = readFile(path);
    if (!text.empty() && !text.ends_with('\n'))
        std::filesystem::resize_file(path, text.rfind('\n') + 1); // npos + 1 is 0
    return path;
}

} // namespace

Journal::Journal(const std::filesystem::path &path) : m_file(withoutIncompleteLine(path))
{
    std::istringstream lines(readFile(path));
    std::string word;
    Transfer transfer;
    while (lines >> word >> transfer.number) {
        if (word == "begin" && lines >> transfer.from >> transfer.to >> transfer.amount)
            m_found.push_back(transfer);
        else
            std::erase_if(m_found, [&](const Transfer &found) { return found.number == transfer.number; });
        m_lastNumber = std::max(m_lastNumber, transfer.number);
    }
}

void Journal::begin(const Transfer &transfer)
{
    append("begin " + std::to_string(transfer.number) + ' ' + transfer.from + ' ' + transfer.to + ' '
           + std::to_string(transfer.amount) + '\n');
}

void Journal::abort(std::uint64_t number)
{
    append("abort " + std::to_string(number) + '\n');
}

std::vector<Transfer> Journal::transfersAfter(std::uint64_t number) const
{
    std::vector<Transfer> result;
    std::ranges::copy_if(m_found, std::back_inserter(result),
                         [&](const Transfer &found) { return found.number > number; });
    return result;
}

void Journal::append(std::string_view line)
{
    if (!m_isIntact)
        throw std::system_error(EIO, std::generic_category(), "the journal has failed before");
    m_isIntact = false;
    m_file.append(line);
    m_file.synchronize();
    m_isIntact = true;
}
