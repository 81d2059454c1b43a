// SPDX-License-Identifier: MIT
#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <algorithm>
#include <climits>
#include <random>
#include <type_traits>
#include <vector>

using SignalBox::HandlerId;
using SignalBox::HandlerInfo;
using SignalBox::HandlerOptions;
using Registry = SignalBox::SyncRegistry<int>;

static_assert(std::is_default_constructible_v<Registry>);
static_assert(std::is_constructible_v<Registry, std::size_t> && !std::is_convertible_v<std::size_t, Registry>);
static_assert(!std::is_copy_constructible_v<Registry> && !std::is_copy_assignable_v<Registry>);
static_assert(!std::is_move_constructible_v<Registry> && !std::is_move_assignable_v<Registry>);
static_assert(std::is_aggregate_v<HandlerOptions>);
static_assert(noexcept(std::declval<const Registry &>().notify(0)));

namespace {

// A registry whose handlers say that they were called, next to a plain list that says in which order they should be.
class Orchestra
{
public:
    HandlerId add(int priority, bool enabled = true)
    {
        const int number = m_next++;
        const HandlerId id = m_registry.registerHandler([this, number](const int &) { m_calls.push_back(number); },
                                                        {.priority = priority, .enabled = enabled});
        insert({number, priority, enabled, id});
        return id;
    }

    void remove(std::size_t index)
    {
        QVERIFY(m_registry.unregister(m_expected[index].id));
        m_expected.erase(m_expected.begin() + static_cast<std::ptrdiff_t>(index));
    }

    void setPriority(std::size_t index, int priority)
    {
        Player player = m_expected[index];
        QVERIFY(m_registry.setPriority(player.id, priority));
        m_expected.erase(m_expected.begin() + static_cast<std::ptrdiff_t>(index));
        player.priority = priority;
        insert(player);
    }

    void setEnabled(std::size_t index, bool enabled)
    {
        QVERIFY(m_registry.setEnabled(m_expected[index].id, enabled));
        m_expected[index].enabled = enabled;
    }

    bool playsInOrder()
    {
        m_calls.clear();
        const auto report = m_registry.notify(0);
        std::vector<int> expectedCalls;
        for (const Player &player : m_expected) {
            if (player.enabled)
                expectedCalls.push_back(player.number);
        }
        const auto isSameHandler = [](const Player &player, const HandlerInfo &row) {
            return player.id == row.id && player.priority == row.priority && player.enabled == row.enabled;
        };
        const std::vector<HandlerInfo> rows = m_registry.handlers();
        return m_calls == expectedCalls && report.called == expectedCalls.size()
            && std::equal(m_expected.begin(), m_expected.end(), rows.begin(), rows.end(), isSameHandler)
            && m_registry.handlerCount() == m_expected.size();
    }

    std::size_t count() const { return m_expected.size(); }
    Registry &registry() { return m_registry; }
    const std::vector<int> &calls() const { return m_calls; }

private:
    struct Player
    {
        int number;
        int priority;
        bool enabled;
        HandlerId id;
    };

    // Behind its equals.
    void insert(const Player &player)
    {
        const auto place = std::upper_bound(m_expected.begin(), m_expected.end(), player,
                                            [](const Player &a, const Player &b) { return a.priority > b.priority; });
        m_expected.insert(place, player);
    }

    Registry m_registry;
    std::vector<Player> m_expected;
    std::vector<int> m_calls;
    int m_next = 0;
};

} // namespace

class Order : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlersOfHigherPriorityRunFirst()
    {
        Orchestra orchestra;
        for (const int priority : {0, 100, -5, 7})
            orchestra.add(priority);
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.calls(), (std::vector<int>{1, 3, 0, 2}));
    }

    void handlersOfEqualPriorityRunInTheOrderOfTheirRegistration()
    {
        Orchestra orchestra;
        for (int i = 0; i < 10; ++i)
            orchestra.add(i % 2);
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.calls(), (std::vector<int>{1, 3, 5, 7, 9, 0, 2, 4, 6, 8}));
    }

    void extremePrioritiesOrderCorrectly()
    {
        Orchestra orchestra;
        for (const int priority : {0, INT_MIN, INT_MAX, -1, INT_MAX - 1, 1, INT_MIN + 1})
            orchestra.add(priority);
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.calls(), (std::vector<int>{2, 4, 5, 0, 3, 6, 1}));
        orchestra.setPriority(0, INT_MIN);
        orchestra.setPriority(orchestra.count() - 2, INT_MAX);
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.calls(), (std::vector<int>{1, 4, 5, 0, 3, 6, 2}));
    }

    void setPriorityMovesAHandlerBehindItsNewEquals()
    {
        Orchestra orchestra;
        for (const int priority : {3, 2, 2, 1})
            orchestra.add(priority);
        orchestra.setPriority(3, 2);
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.calls(), (std::vector<int>{0, 1, 2, 3}));
        orchestra.setPriority(0, 2);
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.calls(), (std::vector<int>{1, 2, 3, 0}));
    }

    void setPriorityToTheSameValueMovesBehindTheEquals()
    {
        Orchestra orchestra;
        for (int i = 0; i < 3; ++i)
            orchestra.add(5);
        orchestra.setPriority(0, 5);
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.calls(), (std::vector<int>{1, 2, 0}));
    }

    void laterRegistrationComesBehindAHandlerThatMovedHere()
    {
        Orchestra orchestra;
        orchestra.add(0);
        orchestra.add(1);
        orchestra.setPriority(0, 0);
        orchestra.add(0);
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.calls(), (std::vector<int>{0, 1, 2}));
    }

    void setPriorityKeepsTheIdAndThePause()
    {
        Orchestra orchestra;
        const HandlerId paused = orchestra.add(0, false);
        orchestra.add(1);
        orchestra.setPriority(1, 9);
        QVERIFY(orchestra.registry().contains(paused));
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.registry().handlers().front().id, paused);
        QVERIFY(!orchestra.registry().handlers().front().enabled);
        orchestra.setEnabled(0, true);
        QVERIFY(orchestra.playsInOrder());
        QCOMPARE(orchestra.calls(), (std::vector<int>{0, 1}));
    }

    void setPriorityInsideAHandlerTakesEffectAtTheNextNotify()
    {
        Registry registry;
        std::vector<char> calls;
        HandlerId last;
        bool isMoved = false;
        registry.registerHandler([&](const int &) {
            calls.push_back('a');
            if (!std::exchange(isMoved, true))
                registry.setPriority(last, 10);
        }, {.priority = 2});
        registry.registerHandler([&](const int &) { calls.push_back('b'); }, {.priority = 1});
        last = registry.registerHandler([&](const int &) { calls.push_back('c'); });
        registry.notify(0);
        registry.notify(0);
        QCOMPARE(calls, (std::vector<char>{'a', 'b', 'c', 'c', 'a', 'b'}));
    }

    void thousandHandlersOfRandomPrioritiesRunInOrder_data()
    {
        QTest::addColumn<int>("lowest");
        QTest::addColumn<int>("highest");
        QTest::newRow("all equal") << 0 << 0;
        QTest::newRow("many equal") << -3 << 3;
        QTest::newRow("nearly all different") << INT_MIN << INT_MAX;
    }

    void thousandHandlersOfRandomPrioritiesRunInOrder()
    {
        QFETCH(int, lowest);
        QFETCH(int, highest);
        Orchestra orchestra;
        std::mt19937 random(1000);
        std::uniform_int_distribution<int> priority(lowest, highest);
        for (int i = 0; i < 1000; ++i)
            orchestra.add(priority(random), i % 7 != 0);
        QVERIFY(orchestra.playsInOrder());
    }

    void orderSurvivesEverySizeOnTheWayUpAndDown_data()
    {
        QTest::addColumn<int>("step");
        QTest::newRow("each before all others") << 1;
        QTest::newRow("each behind all others") << -1;
        QTest::newRow("each behind its equals") << 0;
    }

    // A list is stored in blocks of 64: these sizes split each block and join each pair.
    void orderSurvivesEverySizeOnTheWayUpAndDown()
    {
        QFETCH(int, step);
        Orchestra orchestra;
        for (int i = 0; i < 200; ++i) {
            orchestra.add(step * i, i % 3 != 0);
            QVERIFY(orchestra.playsInOrder());
        }
        for (std::size_t i = 0; orchestra.count() > 0; i += 77) {
            orchestra.remove(i % orchestra.count());
            QVERIFY(orchestra.playsInOrder());
        }
    }

    void orderSurvivesRemovalFromTheFrontAndFromTheBack()
    {
        Orchestra orchestra;
        for (int i = 0; i < 400; ++i)
            orchestra.add(i / 10);
        while (orchestra.count() > 200) {
            orchestra.remove(0);
            QVERIFY(orchestra.playsInOrder());
        }
        while (orchestra.count() > 0) {
            orchestra.remove(orchestra.count() - 1);
            QVERIFY(orchestra.playsInOrder());
        }
    }

    void orderSurvivesRandomChanges()
    {
        Orchestra orchestra;
        std::mt19937 random(2000);
        const auto below = [&random](std::size_t limit) { return random() % limit; };
        for (int i = 0; i < 4000; ++i) {
            const auto priority = static_cast<int>(below(9)) - 4;
            // Grows to some hundred handlers, then shrinks.
            const std::size_t choice = below(i < 2000 ? 7 : 10);
            if (choice < 3 || orchestra.count() == 0)
                orchestra.add(priority, choice != 0);
            else if (choice == 3)
                orchestra.setPriority(below(orchestra.count()), priority);
            else if (choice < 6)
                orchestra.setEnabled(below(orchestra.count()), choice == 4);
            else
                orchestra.remove(below(orchestra.count()));
            if (i % 5 == 0)
                QVERIFY(orchestra.playsInOrder());
        }
    }
};

QTEST_APPLESS_MAIN(Order)
#include "tst_order.moc"
