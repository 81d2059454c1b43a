// SPDX-License-Identifier: MIT
#include "bank.h"

#include <algorithm>
#include <limits>
#include <system_error>

using SignalBox::DispatchReport;

Bank::Bank(const std::filesystem::path &folder, const Accounts::Balances &initial)
    : m_journal(folder / "journal"),
      m_accounts(folder / "accounts", initial),
      // Of equal priorities the one registered first is called first.
      m_journalHook(m_beforeCommit.registerHandler([this](const Transfer &transfer) { m_journal.begin(transfer); },
                                                   {.priority = std::numeric_limits<int>::max(), .name = "journal"})),
      m_lastNumber(std::max(m_journal.lastNumber(), m_accounts.lastNumber()))
{}

int Bank::recover()
{
    m_beforeCommit.setEnabled(m_journalHook, false); // what is replayed is in the journal
    int committed = 0;
    for (const Transfer &transfer : m_journal.transfersAfter(m_accounts.lastNumber())) {
        if (!m_isUncertain)
            committed += run(transfer) == Outcome::Committed;
    }
    m_beforeCommit.setEnabled(m_journalHook, true);
    return committed;
}

Outcome Bank::transfer(const std::string &from, const std::string &to, std::int64_t amount)
{
    if (m_isUncertain)
        return Outcome::Refused;
    return run({++m_lastNumber, from, to, amount});
}

Outcome Bank::run(const Transfer &transfer)
{
    const DispatchReport report = m_beforeCommit.notify(transfer);
    try {
        if (report.failed == 0 && !report.stoppedBy.isValid()) {
            m_accounts.commit(transfer);
            m_afterCommit.notify(transfer);
            return Outcome::Committed;
        }
        // Else a later recover() would commit it, if the hooks then let it pass.
        m_journal.abort(transfer.number);
        return Outcome::Refused;
    } catch (const std::system_error &) {
        // The journal has the beginning and may lack the end.
        m_isUncertain = true;
        return Outcome::Unknown;
    }
}
