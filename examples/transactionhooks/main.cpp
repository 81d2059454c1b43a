// SPDX-License-Identifier: MIT
//
// Hooks around transactions, ordered by priority: the journal is on the disk before anything else happens, then a hook
// may refuse, then the transaction is committed, then caches and listeners hear of it. A process crashes between
// journal and commit, and the next one replays the journal; the disk fills up within a journal line, and nothing is
// committed.
//
//     transactionhooks [FOLDER]        writes journal and accounts there, anew
//
// What makes it work: handlers run in the order of their priorities, on the calling thread, so the journal's fsync has
// returned before the next hook begins. Propagation::Stop keeps a transaction from the hooks behind. notify() never
// throws; its report says who refused, and how many failed: one is enough to stop the commit. setEnabled() takes the
// journal's hook out of the way while the journal is replayed.

#include "../durablefile.h"
#include "../temporarydirectory.h"
#include "bank.h"
#include "childprocess.h"

#include <SignalBox/SyncRegistry>

#include <climits>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

using SignalBox::Propagation;

namespace {

const Accounts::Balances initialBalances{{"alice", 100}, {"bob", 50}, {"carol", 0}};

// A run of the program: a bank, and who takes part in its transfers.
class Branch
{
public:
    explicit Branch(const std::filesystem::path &folder) : m_bank(folder, initialBalances)
    {
        m_bank.beforeCommit().registerHandler([this](const Transfer &transfer) { return checkCover(transfer); },
                                              {.priority = 100, .name = "cover"});
        m_bank.afterCommit().registerHandler([this](const Transfer &transfer) { forget(transfer); },
                                             {.priority = 100, .name = "cache"});
        m_bank.afterCommit().registerHandler([this](const Transfer &transfer) { tell(transfer); },
                                             {.name = "notification"});
    }

    Bank &bank() { return m_bank; }

    void recover()
    {
        const int count = m_bank.recover();
        std::cout << "    replayed: " << count << '\n';
    }
    void transfer(const std::string &from, const std::string &to, std::int64_t amount)
    {
        const Outcome outcome = m_bank.transfer(from, to, amount);
        if (outcome != Outcome::Committed)
            std::cout << "    " << (outcome == Outcome::Refused ? "refused" : "unknown") << '\n';
    }

private:
    Propagation checkCover(const Transfer &transfer)
    {
        if (balance(transfer.from) >= transfer.amount)
            return Propagation::Continue;
        std::cout << "    " << transfer.from << " has " << balance(transfer.from) << ", not " << transfer.amount
                  << '\n';
        return Propagation::Stop;
    }

    void forget(const Transfer &transfer)
    {
        m_cache.erase(transfer.from);
        m_cache.erase(transfer.to);
    }

    // After the cache, so that it tells the new balance.
    void tell(const Transfer &transfer)
    {
        std::cout << "    committed " << transfer.number << ": " << transfer.from << " gives " << transfer.to << ' '
                  << transfer.amount << ", who then has " << balance(transfer.to) << '\n';
    }

    std::int64_t balance(const std::string &name)
    {
        return m_cache.try_emplace(name, m_bank.balance(name)).first->second;
    }

    Bank m_bank;
    std::map<std::string, std::int64_t> m_cache;
};

void showFile(const std::filesystem::path &path)
{
    std::istringstream lines(readFile(path));
    for (std::string line; std::getline(lines, line);)
        std::cout << "    " << path.filename().string() << ": " << line << '\n';
}

} // namespace

int main(int argc, char *argv[])
{
    const TemporaryDirectory temporary;
    const std::filesystem::path folder = argc > 1 ? argv[1] : temporary.path();
    const std::filesystem::path journal = folder / "journal";
    const std::filesystem::path accounts = folder / "accounts";
    std::filesystem::create_directories(folder);
    std::filesystem::remove(journal);
    std::filesystem::remove(accounts);

    {
        std::cout << "two transfers\n";
        Branch branch(folder);
        branch.transfer("alice", "bob", 30);
        branch.transfer("carol", "bob", 500);
        showFile(journal);
    }

    std::cout << "a crash between journal and commit\n" << std::flush;
    const int crashed = runInChild([&] {
        Branch branch(folder);
        branch.bank().beforeCommit().registerHandler([](const Transfer &) { crash(42); }, {.priority = INT_MIN});
        branch.transfer("bob", "carol", 20);
        return 0;
    });
    std::cout << "    the process exited with " << crashed << '\n';
    showFile(journal);
    showFile(accounts);

    {
        std::cout << "the next run\n";
        Branch branch(folder);
        branch.recover();
        showFile(accounts);
    }

    std::cout << "a full disk: the journal takes seven bytes more\n" << std::flush;
    const int outcome = runInChild([&] {
        Branch branch(folder);
        limitFileSize(std::filesystem::file_size(journal) + 7);
        return static_cast<int>(branch.bank().transfer("alice", "carol", 1));
    });
    std::cout << "    " << (outcome == static_cast<int>(Outcome::Unknown) ? "unknown" : "wrong") << '\n';
    showFile(journal);

    std::cout << "the next run\n";
    Branch branch(folder);
    branch.recover();
    showFile(journal);
    showFile(accounts);
    const bool isRight = branch.bank().balance("alice") == 70 && branch.bank().balance("bob") == 60
            && branch.bank().balance("carol") == 20;
    return crashed == 42 && isRight ? 0 : 1;
}
