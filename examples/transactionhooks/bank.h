// SPDX-License-Identifier: MIT
#pragma once

#include "accounts.h"
#include "journal.h"
#include "transfer.h"

#include <SignalBox/SyncRegistry>

#include <cstdint>
#include <filesystem>
#include <string>

enum class Outcome {
    Committed,
    Refused, //!< It has not happened and never will.
    Unknown, //!< A disk has failed. The next Bank on the folder finds out, by recover().
};

/*!
    Transfers that happen wholly or not at all, and hooks around them.

        beforeCommit   1. the journal: write and fsync. No hook can be before it, whatever its priority.
                       2. hooks that look at the transfer. One that returns Propagation::Stop refuses it; so does one
                          that throws. They run again when a transfer is replayed, and only look.
        commit         the accounts' file
        afterCommit    hooks for what must not happen without a commit: caches, notifications. They cannot refuse any
                       more. Called once at the most: a crash just after the commit keeps them from it.

    A journal that throws does not stop the hooks after it, since no handler's exception does: that is why they only
    look, and why the commit depends on the report, whose count of failed handlers must be 0.

    For one thread, and one Bank per folder at a time.
*/
class Bank
{
public:
    Bank(const std::filesystem::path &folder, const Accounts::Balances &initial);

    SignalBox::SyncRegistry<Transfer> &beforeCommit() { return m_beforeCommit; }
    SignalBox::SyncRegistry<Transfer> &afterCommit() { return m_afterCommit; }

    /*! Commits what the last run of the program has begun and not ended. To be called when the hooks are there, before
        the first transfer. Returns how many it committed. */
    int recover();

    /*! Refused, too, when an earlier outcome is unknown. */
    Outcome transfer(const std::string &from, const std::string &to, std::int64_t amount);

    std::int64_t balance(const std::string &name) const { return m_accounts.balance(name); }

private:
    Outcome run(const Transfer &transfer);

    Journal m_journal;
    Accounts m_accounts;
    SignalBox::SyncRegistry<Transfer> m_beforeCommit;
    SignalBox::SyncRegistry<Transfer> m_afterCommit;
    SignalBox::HandlerId m_journalHook;
    std::uint64_t m_lastNumber;
    bool m_isUncertain = false;
};
