// SPDX-License-Identifier: MIT
#include "bank.h"
#include "childprocess.h"

#include "../../tests/core/check.h"
#include "../durablefile.h"
#include "../temporarydirectory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// What is on the disk after a process has ended at each point of a transfer, and what the next one makes of it.

using SignalBox::Propagation;

namespace {

struct Synchronized
{
    ino_t file;
    off_t size;

    friend bool operator==(const Synchronized &, const Synchronized &) = default;
};

std::vector<Synchronized> synchronizedFiles;
bool nextSynchronizationFails = false;

Synchronized now(const std::filesystem::path &path)
{
    struct stat status;
    CHECK(::stat(path.c_str(), &status) == 0);
    return {status.st_ino, status.st_size};
}

} // namespace

// In place of the C library's, so that the tests know what has been brought to the disk, and when.
extern "C" int fsync(int descriptor)
{
    if (std::exchange(nextSynchronizationFails, false)) {
        errno = EIO;
        return -1;
    }
    struct stat status;
    CHECK(::fstat(descriptor, &status) == 0);
    synchronizedFiles.push_back({status.st_ino, status.st_size});
    return ::fdatasync(descriptor);
}

namespace {

constexpr int crashCode = 42;

// A bank with hooks that record, over a folder that may have seen others.
struct Scene
{
    explicit Scene(const TemporaryDirectory &directory)
        : journalPath(directory.path() / "journal"), bank(directory.path(), {{"alice", 100}})
    {
        bank.beforeCommit().registerHandler([this](const Transfer &transfer) {
            calls.push_back("check " + std::to_string(transfer.number));
            return bank.balance(transfer.from) >= transfer.amount ? Propagation::Continue : Propagation::Stop;
        });
        bank.afterCommit().registerHandler(
                [this](const Transfer &transfer) { calls.push_back("tell " + std::to_string(transfer.number)); });
    }
    std::string journal() const { return readFile(journalPath); }

    const std::filesystem::path journalPath;
    std::vector<std::string> calls;
    Bank bank;
};

using Calls = std::vector<std::string>;

// Of a transfer of 30 from alice to bob, in a process that ends in a hook.
void crashIn(const TemporaryDirectory &directory, SignalBox::SyncRegistry<Transfer> &(Bank::*hooks)(), int priority)
{
    const int code = runInChild([&] {
        Scene scene(directory);
        (scene.bank.*hooks)().registerHandler([](const Transfer &) { crash(crashCode); }, {.priority = priority});
        scene.bank.transfer("alice", "bob", 30);
        return 0;
    });
    CHECK(code == crashCode);
}

void journalIsOnTheDiskBeforeAnyOtherHook()
{
    const TemporaryDirectory directory;
    Scene scene(directory);
    std::string seen;
    scene.bank.beforeCommit().registerHandler(
            [&](const Transfer &) {
                seen = scene.journal();
                CHECK(!synchronizedFiles.empty() && synchronizedFiles.back() == now(scene.journalPath));
            },
            {.priority = INT_MAX});
    CHECK(scene.bank.transfer("alice", "bob", 30) == Outcome::Committed);
    CHECK(seen == "begin 1 alice bob 30\n");
    CHECK((scene.calls == Calls{"check 1", "tell 1"}));
}

void commitIsOnTheDiskBeforeAnybodyHearsOfIt()
{
    const TemporaryDirectory directory;
    Scene scene(directory);
    bool isHeard = false;
    scene.bank.afterCommit().registerHandler([&](const Transfer &) {
        const std::size_t count = synchronizedFiles.size();
        CHECK(count >= 2);
        CHECK(synchronizedFiles[count - 2] == now(directory.path() / "accounts"));
        CHECK(synchronizedFiles[count - 1].file == now(directory.path()).file); // its name
        isHeard = true;
    });
    CHECK(scene.bank.transfer("alice", "bob", 30) == Outcome::Committed);
    CHECK(isHeard);
}

void crashBetweenJournalAndCommitIsReplayedOnce()
{
    const TemporaryDirectory directory;
    crashIn(directory, &Bank::beforeCommit, INT_MIN);
    for (int run = 0; run < 2; ++run) {
        Scene scene(directory);
        CHECK(scene.bank.balance("bob") == (run == 0 ? 0 : 30));
        CHECK(scene.bank.recover() == (run == 0 ? 1 : 0));
        CHECK((scene.calls == (run == 0 ? Calls{"check 1", "tell 1"} : Calls{})));
        CHECK(scene.bank.balance("alice") == 70 && scene.bank.balance("bob") == 30);
        CHECK(scene.journal() == "begin 1 alice bob 30\n");
    }
    Scene scene(directory);
    CHECK(scene.bank.transfer("bob", "alice", 30) == Outcome::Committed);
    CHECK(scene.journal() == "begin 1 alice bob 30\nbegin 2 bob alice 30\n");
}

void crashAfterTheCommitIsNotReplayed()
{
    const TemporaryDirectory directory;
    crashIn(directory, &Bank::afterCommit, INT_MAX);
    Scene scene(directory);
    CHECK(scene.bank.balance("bob") == 30);
    CHECK(scene.bank.recover() == 0);
    CHECK(scene.calls.empty() && scene.bank.balance("bob") == 30);
}

void whatWasCommittedEarlierIsNotReplayed()
{
    const TemporaryDirectory directory;
    {
        Scene scene(directory);
        CHECK(scene.bank.transfer("alice", "bob", 1) == Outcome::Committed);
        CHECK(scene.bank.transfer("alice", "bob", 1) == Outcome::Committed);
    }
    Scene scene(directory);
    CHECK(scene.bank.recover() == 0 && scene.bank.balance("bob") == 2);
}

void crashDuringReplayIsReplayed()
{
    const TemporaryDirectory directory;
    crashIn(directory, &Bank::beforeCommit, INT_MIN);
    const int code = runInChild([&] {
        Scene scene(directory);
        scene.bank.beforeCommit().registerHandler([](const Transfer &) { crash(crashCode); }, {.priority = INT_MIN});
        return scene.bank.recover();
    });
    CHECK(code == crashCode);
    Scene scene(directory);
    CHECK(scene.bank.recover() == 1 && scene.bank.balance("bob") == 30);
}

void refusedTransferIsNeitherCommittedNorReplayed()
{
    const TemporaryDirectory directory;
    {
        Scene scene(directory);
        CHECK(scene.bank.transfer("alice", "bob", 101) == Outcome::Refused);
        CHECK((scene.calls == Calls{"check 1"}));
        CHECK(scene.journal() == "begin 1 alice bob 101\nabort 1\n");
        CHECK(!std::filesystem::exists(directory.path() / "accounts"));
    }
    Scene scene(directory);
    CHECK(scene.bank.recover() == 0 && scene.calls.empty());
    CHECK(scene.bank.transfer("alice", "bob", 1) == Outcome::Committed);
    CHECK(scene.journal().ends_with("abort 1\nbegin 2 alice bob 1\n"));
}

void transferThatCrashedWhileItWasRefusedIsRefusedAgain()
{
    const TemporaryDirectory directory;
    const int code = runInChild([&] {
        Scene scene(directory);
        scene.bank.beforeCommit().registerHandler([](const Transfer &) { crash(crashCode); }, {.priority = 1});
        scene.bank.transfer("alice", "bob", 101);
        return 0;
    });
    CHECK(code == crashCode);
    Scene scene(directory);
    CHECK(scene.journal() == "begin 1 alice bob 101\n");
    CHECK(scene.bank.recover() == 0);
    CHECK((scene.calls == Calls{"check 1"}));
    CHECK(scene.journal() == "begin 1 alice bob 101\nabort 1\n");
}

void hookThatThrowsRefuses()
{
    const TemporaryDirectory directory;
    {
        Scene scene(directory);
        scene.bank.beforeCommit().registerHandler([](const Transfer &) { throw std::runtime_error("out of order"); });
        CHECK(scene.bank.transfer("alice", "bob", 30) == Outcome::Refused);
    }
    Scene scene(directory); // without that hook
    CHECK(scene.bank.recover() == 0 && scene.bank.balance("bob") == 0);
}

void hookThatThrowsAfterTheCommitChangesNothing()
{
    const TemporaryDirectory directory;
    Scene scene(directory);
    scene.bank.afterCommit().registerHandler([](const Transfer &) { throw std::runtime_error("no network"); },
                                             {.priority = 1});
    CHECK(scene.bank.transfer("alice", "bob", 30) == Outcome::Committed);
    CHECK((scene.calls == Calls{"check 1", "tell 1"}));
}

// Whatever part of the line reaches the disk.
void journalThatFailsStopsTheCommit()
{
    const std::string line = "begin 1 alice bob 30\n";
    for (std::size_t bytes = 0; bytes < line.size(); ++bytes) {
        const TemporaryDirectory directory;
        const int code = runInChild([&] {
            Scene scene(directory);
            limitFileSize(bytes);
            const bool isRight = scene.bank.transfer("alice", "bob", 30) == Outcome::Unknown
                    && scene.calls == Calls{"check 1"} // it is called, but nothing behind the commit is
                    && scene.bank.transfer("alice", "bob", 30) == Outcome::Refused && scene.calls == Calls{"check 1"};
            return isRight ? 0 : 1;
        });
        CHECK(code == 0);
        CHECK(readFile(directory.path() / "journal") == line.substr(0, bytes));
        CHECK(!std::filesystem::exists(directory.path() / "accounts"));

        Scene scene(directory);
        CHECK(scene.journal().empty());
        CHECK(scene.bank.recover() == 0);
        CHECK(scene.bank.transfer("alice", "bob", 30) == Outcome::Committed);
        CHECK(scene.journal() == line);
    }
}

// What is then on the disk is anybody's guess. Here it was all of it.
void journalWhoseSynchronizationFailsTakesNothingMore()
{
    const TemporaryDirectory directory;
    {
        Scene scene(directory);
        nextSynchronizationFails = true;
        CHECK(scene.bank.transfer("alice", "bob", 30) == Outcome::Unknown);
        CHECK((scene.calls == Calls{"check 1"}));
        CHECK(scene.bank.balance("bob") == 0 && !std::filesystem::exists(directory.path() / "accounts"));
        CHECK(scene.bank.transfer("alice", "bob", 30) == Outcome::Refused);
        CHECK(scene.journal() == "begin 1 alice bob 30\n");
    }
    Scene scene(directory);
    CHECK(scene.bank.recover() == 1 && scene.bank.balance("bob") == 30);
}

void commitThatFailsIsMadeUpForByTheNextRun()
{
    const TemporaryDirectory directory;
    const std::filesystem::path inTheWay = directory.path() / "accounts.new";
    std::filesystem::create_directory(inTheWay);
    {
        Scene scene(directory);
        CHECK(scene.bank.transfer("alice", "bob", 30) == Outcome::Unknown);
        CHECK((scene.calls == Calls{"check 1"}));
        CHECK(scene.bank.balance("bob") == 0);
        CHECK(scene.bank.transfer("alice", "bob", 30) == Outcome::Refused);
    }
    std::filesystem::remove(inTheWay);
    Scene scene(directory);
    CHECK(scene.bank.recover() == 1 && scene.bank.balance("bob") == 30);
}

void transfersAreReplayedInTheirOrder()
{
    const TemporaryDirectory directory;
    AppendFile(directory.path() / "journal")
            .append("begin 1 alice bob 100\nbegin 2 bob carol 100\nbegin 3 alice bob 1\nbegin 4 ca");
    Scene scene(directory);
    CHECK(scene.bank.recover() == 2);
    CHECK((scene.calls == Calls{"check 1", "tell 1", "check 2", "tell 2", "check 3"}));
    CHECK(scene.bank.balance("carol") == 100);
    CHECK(scene.journal() == "begin 1 alice bob 100\nbegin 2 bob carol 100\nbegin 3 alice bob 1\nabort 3\n");
}

} // namespace

int main()
{
    RUN(journalIsOnTheDiskBeforeAnyOtherHook);
    RUN(commitIsOnTheDiskBeforeAnybodyHearsOfIt);
    RUN(crashBetweenJournalAndCommitIsReplayedOnce);
    RUN(crashAfterTheCommitIsNotReplayed);
    RUN(whatWasCommittedEarlierIsNotReplayed);
    RUN(crashDuringReplayIsReplayed);
    RUN(refusedTransferIsNeitherCommittedNorReplayed);
    RUN(transferThatCrashedWhileItWasRefusedIsRefusedAgain);
    RUN(hookThatThrowsRefuses);
    RUN(hookThatThrowsAfterTheCommitChangesNothing);
    RUN(journalThatFailsStopsTheCommit);
    RUN(journalWhoseSynchronizationFailsTakesNothingMore);
    RUN(commitThatFailsIsMadeUpForByTheNextRun);
    RUN(transfersAreReplayedInTheirOrder);
}
