// SPDX-License-Identifier: MIT
#pragma once

#include "transfer.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

/*! What everybody has, in a file that is replaced with each commit; and the number of the last transfer in it. */
class Accounts
{
public:
    using Balances = std::map<std::string, std::int64_t>;

    /*! Begins with `initial` if there is no file. */
    Accounts(std::filesystem::path path, const Balances &initial);

    /*! The transfer is on the disk when it returns. Throws std::system_error; nothing has changed in memory then. */
    void commit(const Transfer &transfer);

    std::int64_t balance(const std::string &name) const;
    std::uint64_t lastNumber() const { return m_lastNumber; }

private:
    const std::filesystem::path m_path;
    Balances m_balances;
    std::uint64_t m_lastNumber = 0;
};
