// SPDX-License-Identifier: MIT
#include "accounts.h"

#include "../durablefile.h"

#include <sstream>
#include <utility>

Accounts::Accounts(std::filesystem::path path, const Balances &initial) : m_path(std::move(path)), m_balances(initial)
{
    std::istringstream file(readFile(m_path));
    std::string name;
    std::int64_t balance = 0;
    if (file >> name >> m_lastNumber) {
        while (file >> name >> balance)
            m_balances[name] = balance;
    }
}

void Accounts::commit(const Transfer &transfer)
{
    Balances balances = m_balances;
    balances[transfer.from] -= transfer.amount;
    balances[transfer.to] += transfer.amount;

    std::ostringstream text;
    text << "number " << transfer.number << '\n';
    for (const auto &[name, balance] : balances)
        text << name << ' ' << balance << '\n';
    replaceFile(m_path, text.str());
    m_balances = std::move(balances);
    m_lastNumber = transfer.number;
}

std::int64_t Accounts::balance(const std::string &name) const
{
    const auto found = m_balances.find(name);
    return found == m_balances.end() ? 0 : found->second;
}
