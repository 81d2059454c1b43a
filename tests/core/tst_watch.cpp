// SPDX-License-Identifier: MIT
#include "capture.h"
#include "gate.h"
#include "runonthreads.h"

#include <SignalBox/WatchReceiver>
#include <SignalBox/WatchSender>

#include <QtTest/qtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using SignalBox::HandlerGuard;
using SignalBox::WaitOutcome;
using SignalBox::WatchReceiver;
using SignalBox::WatchSender;

static_assert(!std::is_copy_constructible_v<WatchSender<int>> && !std::is_copy_assignable_v<WatchSender<int>>);
static_assert(std::is_nothrow_move_constructible_v<WatchSender<int>> && std::is_nothrow_move_assignable_v<WatchSender<int>>);
static_assert(std::is_nothrow_copy_constructible_v<WatchReceiver<int>> && std::is_nothrow_move_constructible_v<WatchReceiver<int>>);
static_assert(std::is_nothrow_default_constructible_v<WatchReceiver<>>);

namespace {

// Moved, never copied.
struct Ticket
{
    explicit Ticket(int value) : number(std::make_unique<int>(value)) {}
    std::unique_ptr<int> number;
};

struct CopyThrows
{
    CopyThrows() = default;
    CopyThrows(CopyThrows &&) = default;
    CopyThrows(const CopyThrows &) { throw std::runtime_error("no copy"); }
};

} // namespace

class Watch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void receiverSeesTheLatestValueAndWhetherItIsNew()
    {
        WatchSender<std::string> sender(std::string("first"));
        WatchReceiver<std::string> receiver = sender.subscribe();
        QCOMPARE(receiver.value(), std::string("first"));
        QVERIFY(!receiver.hasChanged());
        QVERIFY(sender.send("second"));
        QVERIFY(sender.send("third"));
        QVERIFY(receiver.hasChanged());
        QCOMPARE(receiver.value(), std::string("third"));
        QVERIFY(receiver.hasChanged());
        QCOMPARE(receiver.valueAndMarkSeen(), std::string("third"));
        QVERIFY(!receiver.hasChanged());
        sender.send("third");
        QVERIFY(receiver.hasChanged()); // a change, whatever the value
        receiver.markSeen();
        QVERIFY(!receiver.hasChanged());
    }

    void versionsCountFromTheFirstValue()
    {
        WatchSender<int> sender(10);
        const WatchReceiver<int> receiver = sender.subscribe();
        QCOMPARE(receiver.version(), 0U);
        sender.send(11);
        sender.send(12);
        QCOMPARE(receiver.version(), 2U);
        const auto snapshot = receiver.snapshot();
        QCOMPARE(*snapshot.value, 12);
        QCOMPARE(snapshot.version, 2U);
        sender.send(13);
        QCOMPARE(*snapshot.value, 12); // stays as it is
    }

    void everyReceiverHasSeenWhatItHasSeen()
    {
        WatchSender<int> sender(0);
        WatchReceiver<int> first = sender.subscribe();
        sender.send(1);
        WatchReceiver<int> copy = first;
        const WatchReceiver<int> late = sender.subscribe();
        QVERIFY(first.hasChanged() && copy.hasChanged() && !late.hasChanged());
        copy.markSeen();
        QVERIFY(first.hasChanged() && !copy.hasChanged());
        first = copy;
        QVERIFY(!first.hasChanged());
    }

    void valueIsKeptForWhoSubscribesLater()
    {
        WatchSender<int> sender(1);
        QVERIFY(!sender.send(2)); // nobody is there
        QCOMPARE(sender.subscribe().value(), 2);
    }

    void senderKnowsWhoListens()
    {
        WatchSender<int> sender(0);
        QVERIFY(sender.isClosed());
        auto receiver = std::make_optional(sender.subscribe());
        const WatchReceiver<int> copy = *receiver;
        QCOMPARE(sender.receiverCount(), 2U);
        HandlerGuard guard = copy.onChanged([] {});
        QCOMPARE(sender.receiverCount(), 3U);
        QVERIFY(!sender.isClosed());
        receiver.reset();
        guard.reset();
        QCOMPARE(sender.receiverCount(), 1U);
        const WatchReceiver<int> moved = std::move(copy);
        QCOMPARE(sender.receiverCount(), 2U); // of a constant, the move is a copy
    }

    void receiversAreClosedWhenTheSenderGoes()
    {
        auto sender = std::make_unique<WatchSender<int>>(1);
        WatchReceiver<int> receiver = sender->subscribe();
        QVERIFY(!receiver.isClosed());
        sender->send(2);
        sender.reset();
        QVERIFY(receiver.isClosed());
        QVERIFY(receiver.hasChanged());
        QCOMPARE(receiver.valueAndMarkSeen(), 2);
        QCOMPARE(receiver.value(), 2);
    }

    void movedSenderGoesOnAndAssignmentClosesTheOld()
    {
        WatchSender<int> first(1);
        const WatchReceiver<int> ofFirst = first.subscribe();
        WatchSender<int> second(std::move(first));
        QVERIFY(!ofFirst.isClosed());
        WatchSender<int> third(3);
        const WatchReceiver<int> ofThird = third.subscribe();
        third = std::move(second);
        QVERIFY(ofThird.isClosed() && !ofFirst.isClosed());
        third.send(5);
        QCOMPARE(ofFirst.value(), 5);
    }

    void sendIfModifiedSendsOnlyWhatIsModified()
    {
        WatchSender<std::vector<int>> sender;
        WatchReceiver<std::vector<int>> receiver = sender.subscribe();
        QVERIFY(!sender.sendIfModified([](std::vector<int> &value) {
            value.push_back(1);
            return false;
        }));
        QVERIFY(!receiver.hasChanged());
        QVERIFY(receiver.value().empty());
        QVERIFY(sender.sendIfModified([](std::vector<int> &value) {
            value.push_back(2);
            return true;
        }));
        QVERIFY(receiver.hasChanged());
        QCOMPARE(receiver.value(), std::vector<int>{2});
        QVERIFY_THROWS_EXCEPTION(std::runtime_error,
                                 sender.sendIfModified([](std::vector<int> &) -> bool { throw std::runtime_error("no"); }));
        QCOMPARE(receiver.version(), 1U);
    }

    void concurrentModificationsAreAllKept()
    {
        WatchSender<int> sender(0);
        WatchReceiver<int> receiver = sender.subscribe();
        runOnThreads(3, [&](int) {
            for (int k = 0; k < 2000; ++k) {
                sender.sendIfModified([](int &value) {
                    ++value;
                    return true;
                });
            }
        });
        QCOMPARE(receiver.value(), 6000);
        QCOMPARE(receiver.version(), 6000U);
    }

    void sendReplaceReturnsTheValueBefore()
    {
        WatchSender<int> sender(1);
        const WatchReceiver<int> receiver = sender.subscribe();
        QCOMPARE(sender.sendReplace(2), 1);
        QCOMPARE(sender.sendReplace(3), 2);
        QCOMPARE(receiver.value(), 3);
    }

    void failedChangeLeavesTheWatchAsItWas()
    {
        WatchSender<CopyThrows> sender;
        const auto receiver = sender.subscribe();
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)sender.sendReplace(CopyThrows()));
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, sender.sendIfModified([](CopyThrows &) { return true; }));
        QCOMPARE(receiver.version(), 0U);
        QVERIFY(!receiver.hasChanged());
    }

    void valueNeedNotBeCopyable()
    {
        WatchSender<Ticket> sender(Ticket(1));
        const WatchReceiver<Ticket> receiver = sender.subscribe();
        int seen = 0;
        const HandlerGuard guard = receiver.onChanged([&](const Ticket &ticket) { seen = *ticket.number; });
        sender.send(Ticket(2));
        QCOMPARE(seen, 2);
        QCOMPARE(*receiver.snapshot().value->number, 2);
    }

    void receiverOfNothingIsClosedAndHasNoValue()
    {
        WatchReceiver<int> nothing;
        QVERIFY(nothing.isClosed());
        QVERIFY(!nothing.hasChanged());
        QCOMPARE(nothing.version(), 0U);
        nothing.markSeen();
        QVERIFY(nothing.waitForChange() == WaitOutcome::Closed);
        QVERIFY(!nothing.onChanged([] {}).isActive());
        int calls = 0;
        QVERIFY(!nothing.onClosed([&] { ++calls; }).isActive());
        QCOMPARE(calls, 1);
        QVERIFY(nothing.withOwner(std::make_shared<int>()).isClosed());
        try {
            (void)nothing.value();
            QFAIL("no exception");
        } catch (const std::logic_error &error) {
            QVERIFY(std::string(error.what()).find("an empty receiver has no value") != std::string::npos);
        }
        WatchSender<int> sender(1);
        WatchReceiver<int> receiver = sender.subscribe();
        nothing = std::move(receiver);
        QVERIFY(receiver.isClosed()); // NOLINT(bugprone-use-after-move): this is what is tested
        QVERIFY(!nothing.isClosed());
    }

    void ownerLivesAsLongAsReceiversAndCallbacksThatHaveIt()
    {
        WatchSender<int> sender(0);
        const auto owner = std::make_shared<int>();
        auto receiver = std::make_optional(sender.subscribe().withOwner(owner));
        auto copy = std::make_optional(*receiver);
        HandlerGuard guard = copy->onChanged([] {});
        receiver.reset();
        copy.reset();
        QCOMPARE(owner.use_count(), 2L);
        guard.reset();
        QCOMPARE(owner.use_count(), 1L);
    }
};

QTEST_APPLESS_MAIN(Watch)
#include "tst_watch.moc"
