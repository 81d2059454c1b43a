// SPDX-License-Identifier: MIT
#include "checkedmodel.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qitemselectionmodel.h>
#include <QtCore/qsortfilterproxymodel.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <future>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::EventModel;

struct Order
{
    Q_GADGET
    Q_PROPERTY(int id MEMBER id)
    Q_PROPERTY(int price MEMBER price)
    Q_PROPERTY(bool gone MEMBER gone)

public:
    int id = 0;
    int price = 0;
    bool gone = false;
    friend bool operator==(const Order &, const Order &) = default;
};

// A type whose comparison is no order.
struct Moody
{
    int value = 0;
    friend bool operator==(const Moody &, const Moody &) { return false; }
    friend bool operator<(const Moody &, const Moody &)
    {
        static unsigned random = 1;
        random = random * 1664525 + 1013904223;
        return (random >> 16 & 1) != 0;
    }
};
Q_DECLARE_METATYPE(Moody)

// Counts where the last copy of a row is destroyed.
struct Witness
{
    Witness() { ++alive; }
    ~Witness()
    {
        if (QThread::currentThread() == QCoreApplication::instance()->thread())
            ++destroyedHere;
        --alive; // sequentially consistent: who sees that it is gone sees where
    }
    Q_DISABLE_COPY_MOVE(Witness)

    static inline std::atomic<int> alive = 0;
    static inline std::atomic<int> destroyedHere = 0;
};

struct WitnessedRow
{
    int id = 0;
    int price = 0;
    std::shared_ptr<const Witness> witness;
    friend bool operator==(const WitnessedRow &a, const WitnessedRow &b) { return a.price == b.price; }
};
Q_DECLARE_METATYPE(WitnessedRow)

namespace {

// The one thread of the global pool is busy until release().
class BusyPool
{
public:
    BusyPool()
    {
        m_pool->waitForDone();
        m_pool->setMaxThreadCount(1);
        m_pool->start([this] { m_mayEnd.get_future().wait(); });
    }
    Q_DISABLE_COPY_MOVE(BusyPool)
    ~BusyPool() { release(); }
    void release()
    {
        if (std::exchange(m_isReleased, true))
            return;
        m_mayEnd.set_value();
        m_pool->waitForDone();
        m_pool->setMaxThreadCount(m_threads);
    }

private:
    QThreadPool *const m_pool = QThreadPool::globalInstance();
    const int m_threads = m_pool->maxThreadCount();
    std::promise<void> m_mayEnd;
    bool m_isReleased = false;
};

// Rows with a key, which is a member or another function, and a price.
template <class Row, class Id>
void showSnapshots(EventModel &model, AsyncRegistry<std::vector<Row>> &registry, Id id)
{
    model.addColumn<Row>("id", id);
    model.addColumn<Row>("price", &Row::price);
    model.setKey(QStringLiteral("id"));
    model.setInterval(0);
    model.setSnapshot(true);
    model.setRegistry(&registry);
}

// A model of orders, and a table that is what it should show.
struct OrderModel : CheckedModel
{
    OrderModel()
    {
        setColumns({QStringLiteral("id"), QStringLiteral("price")});
        setKey(QStringLiteral("id"));
        setInterval(0);
        setRegistry(&registry);
        sent = 0;
    }

    void post(const Order &order)
    {
        registry.post(order);
        ++sent;
    }
    bool hasCome()
    {
        return waitFor([&] { return received() == sent; });
    }
    // In one update.
    bool shows(const std::vector<Order> &orders)
    {
        setPaused(true);
        for (const Order &order : orders)
            post(order);
        const bool result = hasCome();
        setPaused(false);
        return result;
    }
    std::vector<int> ids() const { return numbers("id"); }

    AsyncRegistry<Order> registry;
    quint64 sent = 0;
    QSignalSpy layout{this, &QAbstractItemModel::layoutChanged};
};

} // namespace

// Rows that go, stand in order, are filtered, merged, replaced as a whole; colours of cells.
class LiveTableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- removal ---------------------------------------------------------------------------------

    void eventThatRemovesTakesTheRowOfItsKeyAway_data()
    {
        QTest::addColumn<std::function<void(EventModel &)>>("setRemoves");
        QTest::newRow("member") << std::function<void(EventModel &)>(
                [](EventModel &model) { model.setProperty("removes", QStringLiteral("gone")); });
        QTest::newRow("predicate") << std::function<void(EventModel &)>(
                [](EventModel &model) { model.setRemoves<Order>(&Order::gone); });
    }
    void eventThatRemovesTakesTheRowOfItsKeyAway()
    {
        QFETCH(std::function<void(EventModel &)>, setRemoves);
        OrderModel model;
        setRemoves(model);
        QVERIFY(model.shows({{1}, {2}, {3}, {4}, {5}}));
        const QPersistentModelIndex four(model.index(3, 1));
        const QPersistentModelIndex two(model.index(1, 0));
        QVERIFY(model.shows({{2, 0, true}, {3, 0, true}}));
        QCOMPARE(model.ids(), (std::vector<int>{1, 4, 5}));
        QCOMPARE(model.removed.count(), 1);
        QCOMPARE(four.row(), 1);
        QVERIFY(!two.isValid());
        QCOMPARE(model.lost(), quint64(0));
        QVERIFY(model.shows({{2, 7}}));
        QCOMPARE(model.ids(), (std::vector<int>{1, 4, 5, 2}));
    }

    void removalOfAKeyThatIsNotThereChangesNothing()
    {
        OrderModel model;
        model.setRemoves<Order>(&Order::gone);
        QVERIFY(model.shows({{1}, {7, 0, true}, {8}, {8, 0, true}}));
        QCOMPARE(model.ids(), (std::vector<int>{1}));
        QCOMPARE(model.removed.count(), 0);
        QCOMPARE(model.lost(), quint64(0));
    }

    void rowThatIsRemovedAndComesAgainInOneUpdateStays()
    {
        OrderModel model;
        model.setRemoves<Order>(&Order::gone);
        QVERIFY(model.shows({{1, 1}, {2, 2}}));
        const QPersistentModelIndex one(model.index(0, 0));
        QVERIFY(model.shows({{1, 0, true}, {1, 9}}));
        QCOMPARE(model.numbers("price"), (std::vector<int>{9, 2}));
        QVERIFY(one.isValid());
        QCOMPARE(model.removed.count(), 0);
    }

    void removalMakesRoom()
    {
        OrderModel model;
        model.setCapacity(2);
        model.setRemoves<Order>(&Order::gone);
        QVERIFY(model.shows({{1}, {2}, {3}}));
        QCOMPARE(model.ids(), (std::vector<int>{1, 2}));
        QCOMPARE(model.lost(), quint64(1));
        QVERIFY(model.shows({{1, 0, true}, {4}, {5}}));
        QCOMPARE(model.ids(), (std::vector<int>{2, 4}));
        QCOMPARE(model.lost(), quint64(2));
        model.setPaused(true);
        model.post({2, 0, true});
        QVERIFY(model.hasCome());
        model.post({6});
        QVERIFY(model.hasCome());
        model.post({2, 1}); // there is none left for it
        QVERIFY(model.hasCome());
        model.setPaused(false);
        QCOMPARE(model.ids(), (std::vector<int>{4, 6}));
        QCOMPARE(model.lost(), quint64(3));
    }

    void manyRowsThatGoFromManyPlacesAreOneRemoval()
    {
        OrderModel model;
        model.setRemoves<Order>(&Order::gone);
        std::vector<Order> all;
        std::vector<Order> odd;
        std::vector<int> expected;
        for (int i = 0; i < 1000; ++i) {
            all.push_back({i, i});
            if (i % 2)
                odd.push_back({i, i, true});
            else
                expected.push_back(i);
        }
        QVERIFY(model.shows(all));
        const QPersistentModelIndex last(model.index(998, 0));
        QVERIFY(model.shows(odd));
        QCOMPARE(model.ids(), expected);
        QCOMPARE(model.removed.count(), 1);
        QCOMPARE(model.layout.count(), 1);
        QCOMPARE(last.row(), 499);
    }

    void selectedAndCurrentRowMayBeRemoved()
    {
        OrderModel model;
        model.setRemoves<Order>(&Order::gone);
        QVERIFY(model.shows({{1}, {2}, {3}}));
        QItemSelectionModel selection(&model);
        selection.setCurrentIndex(model.index(1, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        selection.select(model.index(2, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        QVERIFY(model.shows({{2, 0, true}}));
        QVERIFY(selection.isRowSelected(1));
        QCOMPARE(selection.selectedRows().size(), 1);
        QVERIFY(model.shows({{1, 0, true}, {3, 0, true}}));
        QVERIFY(!selection.hasSelection());
        QVERIFY(!selection.currentIndex().isValid());
    }

    // --- order -----------------------------------------------------------------------------------

    void rowsStandInOrderWhileTheyChange()
    {
        OrderModel model;
        model.sort(1, Qt::DescendingOrder);
        QVERIFY(model.shows({{1, 10}, {2, 30}, {3, 20}, {4, 10}}));
        QCOMPARE(model.ids(), (std::vector<int>{2, 3, 1, 4})); // equal ones as they came
        QVERIFY(model.shows({{4, 40}, {5, 25}}));
        QCOMPARE(model.ids(), (std::vector<int>{4, 2, 5, 3, 1}));
        model.setSortOrder(Qt::AscendingOrder);
        QCOMPARE(model.ids(), (std::vector<int>{1, 3, 5, 2, 4}));
        model.sort(-1);
        QCOMPARE(model.ids(), range(1, 6));
        QCOMPARE(model.sortColumn(), -1);
    }

    void orderChangesOncePerUpdateAndOnlyIfItDoes()
    {
        OrderModel model;
        std::vector<Order> orders;
        for (int i = 0; i < 100; ++i)
            orders.push_back({i, i * 37 % 100});
        QVERIFY(model.shows(orders));
        model.sort(1);
        QCOMPARE(model.layout.count(), 1);
        for (Order &order : orders)
            order.price = 100 - order.price;
        QVERIFY(model.shows(orders));
        QCOMPARE(model.layout.count(), 2);
        QCOMPARE(model.numbers("price"), range(1, 101));
        for (Order &order : orders)
            order.price *= 2;
        QVERIFY(model.shows(orders));
        QCOMPARE(model.layout.count(), 2);
    }

    void rowsThatMoveComeAndGoInManyPlacesAreOneChangeOfTheOrder()
    {
        OrderModel model;
        model.setRemoves<Order>(&Order::gone);
        model.sort(1);
        std::vector<Order> orders;
        for (int id = 0; id < 1000; ++id)
            orders.push_back({id, id * 10});
        QVERIFY(model.shows(orders));
        const QPersistentModelIndex stays(model.index(501, 0));
        const QPersistentModelIndex moves(model.index(502, 0));
        const QPersistentModelIndex goes(model.index(500, 0));
        model.layout.clear();
        model.inserted.clear();
        model.changed.clear();
        std::vector<Order> update;
        for (int id = 0; id < 1000; id += 5) {
            update.push_back({id, 0, true});
            update.push_back({id + 2, (1000 - id) * 10 + 1});
            update.push_back({2000 + id, id * 10 + 3});
        }
        QVERIFY(model.shows(update));
        QCOMPARE(model.layout.count(), 1);
        QCOMPARE(model.inserted.count(), 1);
        QCOMPARE(model.removed.count(), 1);
        QCOMPARE(model.changed.count(), 2); // as one row between them has not changed, and has a persistent index
        QCOMPARE(model.count(), 1000);
        std::vector<int> prices = model.numbers("price");
        QVERIFY(std::is_sorted(prices.begin(), prices.end()));
        QCOMPARE(stays.data().toInt(), 501);
        QCOMPARE(moves.data().toInt(), 502);
        QVERIFY(!goes.isValid());
    }

    void slotsMayChangeTheModelWhileRowsThatGoAreStillThere()
    {
        OrderModel model;
        model.setRemoves<Order>(&Order::gone);
        model.sort(1);
        std::vector<Order> orders;
        for (int id = 0; id < 100; ++id)
            orders.push_back({id, id});
        QVERIFY(model.shows(orders));
        bool isFirst = true;
        connect(&model, &QAbstractItemModel::dataChanged, &model, [&] {
            if (std::exchange(isFirst, false)) {
                model.registry.post({0, 7}); // which goes
                model.setCapacity(60);
            }
        });
        std::vector<Order> update;
        for (int id = 0; id < 100; id += 2) {
            update.push_back({id, 0, true});
            update.push_back({id + 1, 1000 - id});
        }
        QVERIFY(model.shows(update));
        QVERIFY(!isFirst);
        QVERIFY(waitFor([&] { return model.count() == 51; }));
        QCOMPARE(model.ids().front(), 0);
        QCOMPARE(model.ids().back(), 1);
    }

    void selectionAndCurrentRowStayWithTheirRows()
    {
        OrderModel model;
        model.sort(1);
        QVERIFY(model.shows({{1, 10}, {2, 20}, {3, 30}}));
        QItemSelectionModel selection(&model);
        selection.setCurrentIndex(model.index(0, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        QVERIFY(model.shows({{1, 40}, {4, 5}}));
        QCOMPARE(model.ids(), (std::vector<int>{4, 2, 3, 1}));
        QCOMPARE(selection.currentIndex().row(), 3);
        QCOMPARE(selection.selectedRows().at(0).row(), 3);
    }

    void sortRoleIsWhatIsCompared()
    {
        OrderModel model;
        model.addColumn<Order>("text", [](const Order &order) { return QString::number(order.price); });
        model.sort(2);
        QVERIFY(model.shows({{1, 9}, {2, 10}, {3, 100}}));
        QCOMPARE(model.ids(), (std::vector<int>{2, 3, 1}));
        model.setSortRole(model.role(QStringLiteral("price")));
        QCOMPARE(model.ids(), (std::vector<int>{1, 2, 3}));
        model.addRole<Order>("text", Qt::ToolTipRole, [](const Order &order) { return -order.price; });
        model.setSortRole(Qt::ToolTipRole);
        QCOMPARE(model.ids(), (std::vector<int>{3, 2, 1}));
    }

    void valuesOfAnyTypesHaveOneOrder()
    {
        AsyncRegistry<QVariantMap> registry;
        CheckedModel model(&registry);
        model.setColumns({QStringLiteral("v"), QStringLiteral("n")});
        model.sort(0);
        const QVariantList values{
                QStringLiteral("b"),  3,    std::nan(""),        QVariant(), 2.5,
                QStringLiteral("10"), -1LL, QStringLiteral("9"), true,       std::numeric_limits<quint64>::max(),
                std::nan("")};
        for (int i = 0; i < values.size(); ++i)
            registry.post({{QStringLiteral("v"), values[i]}, {QStringLiteral("n"), i}});
        QVERIFY(model.comesTo(int(values.size()), quint64(values.size())));
        QCOMPARE(model.numbers("n"), (std::vector<int>{3, 2, 10, 6, 8, 4, 1, 9, 5, 7, 0}));
    }

    void comparisonThatIsNoOrderLosesNoRow()
    {
        AsyncRegistry<QVariantMap> registry;
        CheckedModel model(&registry);
        model.setColumns({QStringLiteral("n")});
        model.addRole<QVariantMap>("n", Qt::UserRole,
                                   [](const QVariantMap &event) { return event.value(QStringLiteral("v")); });
        model.setSortRole(Qt::UserRole);
        model.setKey(QStringLiteral("n"));
        model.sort(0);
        for (int i = 0; i < 3000; ++i)
            registry.post({{QStringLiteral("v"), QVariant::fromValue(Moody{i})}, {QStringLiteral("n"), i % 1000}});
        QVERIFY(model.comesTo(1000, 3000));
        std::vector<int> numbers = model.numbers("n");
        std::sort(numbers.begin(), numbers.end());
        QCOMPARE(numbers, range(0, 1000));
        // And where few move among many.
        for (int round = 1; round <= 20; ++round) {
            model.setPaused(true);
            for (int i = 0; i < 40; ++i)
                registry.post({{QStringLiteral("v"), QVariant::fromValue(Moody{i})},
                               {QStringLiteral("n"), (i * 37 + round) % 1000}});
            QVERIFY(waitFor([&] { return model.received() == quint64(3000 + 40 * round); }));
            model.setPaused(false);
            numbers = model.numbers("n");
            std::sort(numbers.begin(), numbers.end());
            QCOMPARE(numbers, range(0, 1000));
        }
    }

    void fewRowsThatMoveAmongManyStandInOrder_data()
    {
        QTest::addColumn<Qt::SortOrder>("order");
        QTest::addColumn<int>("moving");
        for (const int moving : {1, 2, 31, 32, 33, 65, 200}) {
            QTest::addRow("%d ascending", moving) << Qt::AscendingOrder << moving;
            QTest::addRow("%d descending", moving) << Qt::DescendingOrder << moving;
        }
    }
    void fewRowsThatMoveAmongManyStandInOrder()
    {
        QFETCH(Qt::SortOrder, order);
        QFETCH(int, moving);
        constexpr int count = 4000;
        constexpr int prices = 500; // so that many are equal
        OrderModel model;
        model.sort(1, order);
        std::vector<Order> orders;
        std::mt19937 random(static_cast<unsigned>(moving));
        for (int id = 0; id < count; ++id)
            orders.push_back({id, static_cast<int>(random() % prices)});
        QVERIFY(model.shows(orders));
        for (int round = 0; round < 4; ++round) {
            std::vector<Order> changed;
            for (int i = 0; i < moving; ++i) {
                // Also to before the first and behind the last row.
                Order &next = orders[random() % orders.size()];
                next.price = i % 3 == 0 ? (i % 2 == 0 ? -1 : prices) : static_cast<int>(random() % prices);
                changed.push_back(next);
            }
            QVERIFY(model.shows(changed));
            std::vector<Order> expected = orders;
            std::stable_sort(expected.begin(), expected.end(), [&](const Order &a, const Order &b) {
                return order == Qt::AscendingOrder ? a.price < b.price : b.price < a.price;
            });
            std::vector<int> ids;
            for (const Order &each : expected)
                ids.push_back(each.id);
            QCOMPARE(model.ids(), ids);
        }
    }

    void ringInOrderLosesItsOldestRows()
    {
        OrderModel model;
        model.setKey({});
        model.setCapacity(4);
        model.sort(1);
        QVERIFY(model.shows({{1, 5}, {2, 1}, {3, 4}, {4, 2}}));
        QVERIFY(model.shows({{5, 3}, {6, 0}}));
        QCOMPARE(model.ids(), (std::vector<int>{6, 4, 5, 3}));
    }

    void columnThatIsSortedByMayGoAndComeBack()
    {
        OrderModel model;
        model.sort(1);
        QVERIFY(model.shows({{1, 3}, {2, 2}, {3, 1}}));
        QCOMPARE(model.ids(), (std::vector<int>{3, 2, 1}));
        model.setColumns({QStringLiteral("id")});
        QCOMPARE(model.ids(), (std::vector<int>{1, 2, 3}));
        QVERIFY(model.shows({{4, 0}}));
        QCOMPARE(model.ids(), (std::vector<int>{1, 2, 3, 4}));
        model.setColumns({QStringLiteral("id"), QStringLiteral("price")});
        QCOMPARE(model.ids(), (std::vector<int>{4, 3, 2, 1}));
    }

    // --- filter ----------------------------------------------------------------------------------

    void filterShowsWhatPassesAndTheRestStaysInTheRing()
    {
        OrderModel model;
        QVERIFY(model.shows({{1, 1}, {2, 2}, {3, 3}, {4, 4}}));
        QItemSelectionModel selection(&model);
        selection.setCurrentIndex(model.index(3, 0), QItemSelectionModel::NoUpdate);
        int bound = 2;
        int asked = 0;
        model.setFilter<Order>([&](const Order &order) {
            ++asked;
            return order.price > bound;
        });
        QCOMPARE(asked, 4);
        QCOMPARE(model.ids(), (std::vector<int>{3, 4}));
        QCOMPARE(selection.currentIndex().row(), 1);
        QVERIFY(model.shows({{1, 9}, {3, 0}, {5, 5}, {6, 0}}));
        QCOMPARE(asked, 8);
        QCOMPARE(model.ids(), (std::vector<int>{1, 4, 5}));
        QCOMPARE(model.numbers("price"), (std::vector<int>{9, 4, 5}));
        bound = 4;
        model.refilter();
        QCOMPARE(model.ids(), (std::vector<int>{1, 5}));
        model.clearFilter();
        QCOMPARE(model.ids(), range(1, 7));
        QCOMPARE(model.lost(), quint64(0));
    }

    void hiddenRowsCountForTheCapacityOfARing()
    {
        OrderModel model;
        model.setKey({});
        model.setCapacity(4);
        model.setFilter<Order>([](const Order &order) { return order.price % 2 == 0; });
        QVERIFY(model.shows({{0, 0}, {1, 1}, {2, 2}, {3, 3}}));
        QVERIFY(model.shows({{4, 4}, {5, 5}, {6, 6}}));
        QCOMPARE(model.ids(), (std::vector<int>{4, 6}));
        model.clearFilter();
        QCOMPARE(model.ids(), range(3, 7));
    }

    void eventsOfOtherTypesPassTheFilter()
    {
        AsyncRegistry<QVariant> registry;
        CheckedModel model(&registry);
        model.setFilter<int>([](int) { return false; });
        registry.post(QVariant(1));
        registry.post(QVariant(QStringLiteral("2")));
        QVERIFY(waitFor([&] { return model.received() == 2; }));
        QCOMPARE(model.numbers(), (std::vector<int>{2}));
    }

    // --- roles and events ------------------------------------------------------------------------

    void rolesOfAColumnAreItsColours()
    {
        OrderModel model;
        model.addRole<Order>("price", Qt::ForegroundRole,
                             [](const Order &order) { return order.price < 0 ? QStringLiteral("red") : QString(); });
        QVERIFY(model.shows({{1, -1}}));
        QCOMPARE(model.index(0, 1).data(Qt::ForegroundRole).toString(), QStringLiteral("red"));
        QVERIFY(!model.index(0, 0).data(Qt::ForegroundRole).isValid());
        QVERIFY(!model.index(0, 1).data(Qt::ToolTipRole).isValid());
        QCOMPARE(model.roleNames().value(Qt::ForegroundRole), QByteArray("foreground"));
        model.setColumns({QStringLiteral("price"), QStringLiteral("id")});
        QCOMPARE(model.index(0, 0).data(Qt::ForegroundRole).toString(), QStringLiteral("red"));
    }

    void eventOfARowIsThere()
    {
        OrderModel model;
        model.sort(1);
        QVERIFY(model.shows({{1, 2}, {2, 1}}));
        QCOMPARE(model.eventAt<Order>(0)->id, 2);
        QCOMPARE(model.eventAt<int>(0), nullptr);
        QCOMPARE(model.eventAt<Order>(2), nullptr);
        QCOMPARE(model.eventAt<Order>(-1), nullptr);
    }

    // --- merges ----------------------------------------------------------------------------------

    void eventsAreTakenIntoTheRowOfTheirKey_data()
    {
        QTest::addColumn<bool>("isMember");
        QTest::newRow("key of a member") << true;
        QTest::newRow("key of a function") << false;
    }
    void eventsAreTakenIntoTheRowOfTheirKey()
    {
        QFETCH(bool, isMember);
        OrderModel model;
        if (!isMember) {
            model.addColumn<Order>("number", [](const Order &order) { return order.id; });
            model.setKey(QStringLiteral("number"));
        }
        model.setMerge<Order>([](Order &kept, Order &&newer) { kept.price += newer.price; });
        constexpr int count = 3000;
        std::vector<std::thread> producers;
        for (int producer = 0; producer < 2; ++producer) {
            producers.emplace_back([&] {
                for (int i = 0; i < count; ++i)
                    model.registry.post({i % 3, 1});
            });
        }
        for (std::thread &producer : producers)
            producer.join();
        QVERIFY(model.comesTo(3, 2 * count));
        QCOMPARE(model.numbers("price"), (std::vector<int>(3, 2 * count / 3)));
        model.registry.post({1, 5});
        QVERIFY(model.comesTo(3, 2 * count + 1));
        QCOMPARE(model.lost(), quint64(0));
        std::vector<int> prices = model.numbers("price");
        std::sort(prices.begin(), prices.end());
        QCOMPARE(prices.back(), 2 * count / 3 + 5);
    }

    void mergeThatThrowsKeepsTheRow()
    {
        OrderModel model;
        model.setMerge<Order>([](Order &kept, Order &&newer) {
            kept.price = -1;
            if (newer.price == 13)
                throw std::runtime_error("unlucky");
            kept.price = newer.price;
        });
        model.post({1, 1});
        QVERIFY(model.comesTo(1, 1));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("setMerge\\(\\) threw: unlucky")));
        model.post({1, 13});
        QVERIFY(waitFor([&] { return model.lost() == 1; }));
        QCOMPARE(model.numbers("price"), (std::vector<int>{1}));
    }

    // --- snapshots -------------------------------------------------------------------------------

    void rowsOfASnapshotThatStayAreUpdatedInPlaceOthersComeAndGo()
    {
        AsyncRegistry<QList<Order>> registry;
        CheckedModel model;
        model.setColumns({QStringLiteral("id"), QStringLiteral("price")});
        model.setKey(QStringLiteral("id"));
        model.setSnapshot(true);
        model.setRegistry(&registry);
        registry.post({{1, 1}, {2, 2}, {3, 3}, {4, 4}});
        QVERIFY(model.comesTo(4, 1));
        const QPersistentModelIndex three(model.index(2, 0));
        model.changed.clear();
        registry.post({{5, 5}, {4, 40}, {3, 3}, {1, 1}});
        QVERIFY(waitFor([&] { return model.numbers("id") == (std::vector<int>{1, 3, 4, 5}); }));
        QCOMPARE(model.numbers("price"), (std::vector<int>{1, 3, 40, 5}));
        QCOMPARE(three.row(), 1);
        QCOMPARE(model.changed.count(), 1);
        QCOMPARE(model.changed.at(0).at(0).toModelIndex().row(), 2);
        QCOMPARE(model.eventAt<Order>(2)->price, 40);
        registry.post({});
        QVERIFY(waitFor([&] { return model.count() == 0; }));
        QCOMPARE(model.lost(), quint64(0));
    }

    void rowsOfASnapshotWithoutAKeyAreThoseOfTheList()
    {
        AsyncRegistry<std::vector<int>> registry;
        CheckedModel model;
        model.setSnapshot(true);
        model.setRegistry(&registry);
        for (const std::vector<int> &list : {std::vector{1, 2, 3}, std::vector{1, 5, 3, 4}, std::vector{9}}) {
            registry.post(std::vector<int>(list));
            QVERIFY(waitFor([&] { return model.numbers() == list; }));
        }
    }

    void listsOfMapsAreSnapshots()
    {
        AsyncRegistry<QVariantList> registry;
        CheckedModel model;
        model.setKey(QStringLiteral("id"));
        model.setSnapshot(true);
        model.setRegistry(&registry);
        const auto row = [](int id, int n) {
            return QVariantMap{{QStringLiteral("id"), id}, {QStringLiteral("n"), n}};
        };
        registry.post({row(1, 1), row(2, 2)});
        QVERIFY(model.comesTo(2, 1));
        registry.post({row(2, 3)});
        QVERIFY(waitFor([&] { return model.numbers("n") == std::vector<int>{3}; }));
    }

    void keysOfASnapshotThatAreThereTwiceOrMissingAreLost()
    {
        AsyncRegistry<QVariantList> registry;
        CheckedModel model;
        model.setKey(QStringLiteral("id"));
        model.setColumns({QStringLiteral("id"), QStringLiteral("n")});
        model.setCapacity(2);
        model.setSnapshot(true);
        model.setRegistry(&registry);
        const auto row = [](const QVariant &id, int n) {
            return QVariantMap{{QStringLiteral("id"), id}, {QStringLiteral("n"), n}};
        };
        registry.post({row(1, 1), row(1, 2), row(QVariant(), 3), row(2, 4), row(3, 5)});
        QVERIFY(model.comesTo(2, 1));
        QCOMPARE(model.numbers("n"), (std::vector<int>{2, 4}));
        QCOMPARE(model.lost(), quint64(3));
        registry.post({row(3, 6), row(QStringLiteral("text"), 7)}); // a key of another type; and there is room now
        QVERIFY(waitFor([&] { return model.numbers("n") == (std::vector<int>{6, 7}); }));
    }

    void snapshotIsComparedOffTheModelsThreadAndTheNewestCounts()
    {
        AsyncRegistry<std::vector<Order>> registry;
        CheckedModel model;
        static std::atomic<int> elsewhere;
        static const QThread *modelThread;
        modelThread = QThread::currentThread();
        elsewhere = 0;
        struct Key
        {
            static int of(const Order &order)
            {
                elsewhere += QThread::currentThread() != modelThread;
                return order.id;
            }
        };
        model.addColumn<Order>("id", &Order::id);
        model.addColumn<Order>("price", &Order::price);
        model.setKey(QStringLiteral("id"));
        model.setSnapshot(true);
        model.setRegistry(&registry);
        for (int round = 0; round < 50; ++round) {
            std::vector<Order> orders;
            for (int i = 0; i < 100; ++i)
                orders.push_back({i, round});
            registry.post(std::move(orders));
        }
        QVERIFY(waitFor([&] { return model.count() == 100 && model.numbers("price") == std::vector<int>(100, 49); }));
        QCOMPARE(model.received(), quint64(50));
        // Another function than a member is the model's thread's.
        model.addColumn<Order>("key", &Key::of);
        model.setKey(QStringLiteral("key"));
        registry.post({{7, 7}});
        QVERIFY(waitFor([&] { return model.numbers("price") == std::vector<int>{7}; }));
        QCOMPARE(elsewhere, 0);
    }

    void whatASnapshotReplacesIsDestroyedByWhoComparesIt_data()
    {
        QTest::addColumn<bool>("isFunction");
        QTest::newRow("key is a member: not by the model's thread") << false;
        QTest::newRow("key is a function: by the model's thread") << true;
    }
    void whatASnapshotReplacesIsDestroyedByWhoComparesIt()
    {
        QFETCH(bool, isFunction);
        constexpr int count = 500;
        AsyncRegistry<std::vector<WitnessedRow>> registry;
        CheckedModel model;
        if (isFunction)
            showSnapshots(model, registry, [](const WitnessedRow &row) { return row.id; });
        else
            showSnapshots(model, registry, &WitnessedRow::id);
        Witness::destroyedHere = 0;
        const auto post = [&](int firstId, int price) {
            std::vector<WitnessedRow> rows;
            for (int i = 0; i < count; ++i)
                rows.push_back({firstId + i, price, std::make_shared<const Witness>()});
            registry.post(std::move(rows));
        };
        const auto isAlone = [&](int price) { // all rows have it, and no other row is left
            return model.numbers("price") == std::vector<int>(count, price) && Witness::alive == count;
        };
        post(0, 1);
        QVERIFY(waitFor([&] { return isAlone(1); }));
        post(0, 2); // rows that change
        QVERIFY(waitFor([&] { return isAlone(2); }));
        post(count, 3); // rows that go, and others that come
        QVERIFY(waitFor([&] { return isAlone(3); }));
        QCOMPARE(Witness::destroyedHere.load(), isFunction ? 2 * count : 0);
    }

    void whatASnapshotReplacesInHiddenRowsIsDestroyedElsewhere()
    {
        constexpr int count = 500;
        AsyncRegistry<std::vector<WitnessedRow>> registry;
        CheckedModel model;
        model.setFilter<WitnessedRow>([](const WitnessedRow &row) { return row.price != 2; });
        showSnapshots(model, registry, &WitnessedRow::id);
        Witness::destroyedHere = 0;
        int shown = 0;
        for (const auto &[firstId, price] : {std::pair(0, 1), std::pair(0, 2), std::pair(0, 3), std::pair(0, 2), std::pair(count, 4)}) {
            std::vector<WitnessedRow> rows;
            for (int i = 0; i < count; ++i)
                rows.push_back({firstId + i, price, std::make_shared<const Witness>()});
            registry.post(std::exchange(rows, {}));
            shown = price == 2 ? 0 : count;
            QVERIFY(waitFor([&] { return model.count() == shown && Witness::alive == count; }));
        }
        QCOMPARE(Witness::destroyedHere.load(), 0);
    }

    // Lists that are replaced do not pile up in its queue.
    void busyPoolDoesNotKeepWhatSnapshotsReplace()
    {
        constexpr int count = 100;
        BusyPool pool;
        AsyncRegistry<std::vector<WitnessedRow>> registry;
        CheckedModel model;
        showSnapshots(model, registry, &WitnessedRow::id);
        int most = 0;
        for (int price = 1; price <= 50; ++price) {
            std::vector<WitnessedRow> rows;
            for (int i = 0; i < count; ++i)
                rows.push_back({i, price, std::make_shared<const Witness>()});
            registry.post(std::exchange(rows, {}));
            QVERIFY(waitFor([&] { return model.received() == quint64(price); }));
            most = std::max(most, Witness::alive.load());
        }
        pool.release();
        QVERIFY(waitFor([&] { return model.numbers("price") == std::vector<int>(count, 50) && Witness::alive == count; }));
        QVERIFY2(most <= 5 * count, qPrintable(QString::number(most)));
    }

    // A key that is a function compares on the model's thread; here from an event loop within another function.
    void snapshotThatComesWithinAFunctionWaits_data()
    {
        QTest::addColumn<QString>("function");
        for (const char *const function : {"filter", "removes", "clear"})
            QTest::newRow(function) << QString::fromLatin1(function);
    }
    void snapshotThatComesWithinAFunctionWaits()
    {
        QFETCH(const QString, function);
        AsyncRegistry<std::vector<Order>> registry;
        CheckedModel model;
        showSnapshots(model, registry, [](const Order &row) { return row.id; });
        bool isArmed = false;
        const auto askOnce = [&] {
            if (!std::exchange(isArmed, false))
                return;
            registry.post({{1, 31}, {2, 32}, {3, 33}});
            QVERIFY(waitFor([&] { return model.received() == 3; }));
            if (function == QLatin1String("clear")) {
                QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("EventModel::clear\\(\\).*called by a function")));
                model.clear();
            }
        };
        if (function == QLatin1String("removes")) {
            model.setRemoves<Order>([&](const Order &) {
                askOnce();
                return false;
            });
        } else {
            model.setFilter<Order>([&](const Order &) {
                askOnce();
                return true;
            });
        }
        registry.post({{1, 11}, {2, 12}, {3, 13}});
        QVERIFY(waitFor([&] { return model.count() == 3; }));
        model.setPaused(true);
        registry.post({{1, 21}, {2, 22}, {3, 23}});
        QVERIFY(waitFor([&] { return model.received() == 2; }));
        isArmed = true;
        model.setPaused(false);
        QVERIFY(!isArmed);
        QVERIFY(waitFor([&] { return model.numbers("price") == std::vector<int>{31, 32, 33}; }));
        QCOMPARE(model.numbers("id"), (std::vector<int>{1, 2, 3}));
        QCOMPARE(model.lost(), quint64(0));
    }

    void keyMayGoWhileRowsOfASnapshotWait()
    {
        AsyncRegistry<std::vector<Order>> registry;
        CheckedModel model;
        showSnapshots(model, registry, &Order::id);
        BusyPool pool;
        registry.post({{1, 11}, {2, 12}});
        QVERIFY(waitFor([&] { return model.received() == 1; }));
        model.setPaused(true); // the comparison is under way
        pool.release();
        QCoreApplication::processEvents();
        model.setKey({});
        model.setPaused(false);
        registry.post({{3, 13}});
        QVERIFY(waitFor([&] { return model.numbers("price") == std::vector<int>{13}; }));
    }

    // Nothing comes into the model until it is one of snapshots.
    void slotMayRunALoopWhileTheModelBecomesOneOfSnapshots()
    {
        AsyncRegistry<Order> registry;
        CheckedModel model;
        model.addColumn<Order>("id", &Order::id);
        model.addColumn<Order>("price", &Order::price);
        model.setInterval(0);
        model.setRegistry(&registry);
        registry.post({1, 11});
        QVERIFY(waitFor([&] { return model.count() == 1; }));
        connect(&model, &QAbstractItemModel::rowsRemoved, this, [&] {
            registry.post({2, 12});
            QElapsedTimer time;
            for (time.start(); time.elapsed() < 20;)
                QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
        });
        model.setSnapshot(true);
        QCOMPARE(model.count(), 0);
        AsyncRegistry<std::vector<Order>> lists;
        model.setRegistry(&lists);
        lists.post({{3, 13}});
        QVERIFY(waitFor([&] { return model.numbers("price") == std::vector<int>{13}; }));
    }

    void snapshotThatIsNoListIsRefused()
    {
        AsyncRegistry<int> registry;
        CheckedModel model;
        model.setSnapshot(true);
        model.setRegistry(&registry);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("EventModel.*list of rows")));
        registry.post(1);
        QVERIFY(waitFor([&] { return model.lost() == 1; }));
        QCOMPARE(model.count(), 0);
    }

    void modelMayDieWhileASnapshotIsCompared()
    {
        AsyncRegistry<std::vector<int>> registry;
        for (int round = 0; round < 30; ++round) {
            CheckedModel model;
            model.setSnapshot(true);
            model.setRegistry(&registry);
            registry.post(std::vector<int>(10'000, round));
            QVERIFY(waitFor([&] { return model.received() == 1; }));
        }
    }

    // --- bad input -------------------------------------------------------------------------------

    void functionsThatThrowAreLoggedOnceAndCountAsFalse()
    {
        OrderModel model;
        const auto odd = [](const Order &order) {
            if (order.price % 2)
                throw std::runtime_error("odd");
            return order.price > 0;
        };
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("setFilter\\(\\) threw: odd")));
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("setRemoves\\(\\) threw: odd")));
        model.setFilter<Order>(odd);
        model.setRemoves<Order>([&](const Order &order) { return order.price != 2 && odd(order); });
        QVERIFY(model.shows({{1, 1}, {2, 2}, {3, 3}, {4, 4}}));
        QCOMPARE(model.ids(), (std::vector<int>{2}));
        model.clearFilter();
        QCOMPARE(model.ids(), (std::vector<int>{1, 2, 3}));
    }

    void functionsMayPost_data()
    {
        using Set = std::function<void(OrderModel &, const std::function<void(const Order &)> &)>;
        QTest::addColumn<Set>("set");
        const auto add = [](const char *name, const Set &set) { QTest::newRow(name) << set; };
        add("filter", [](OrderModel &model, const auto &postNext) {
            model.setFilter<Order>([postNext](const Order &order) { return postNext(order), true; });
        });
        add("removes", [](OrderModel &model, const auto &postNext) {
            model.setRemoves<Order>([postNext](const Order &order) { return postNext(order), false; });
        });
        add("sort key", [](OrderModel &model, const auto &postNext) {
            model.addColumn<Order>("next", [postNext](const Order &order) { return postNext(order), order.id; });
            model.sort(2);
        });
        add("key", [](OrderModel &model, const auto &postNext) {
            model.addColumn<Order>("next", [postNext](const Order &order) { return postNext(order), order.id; });
            model.setKey(QStringLiteral("next"));
        });
    }
    void functionsMayPost()
    {
        using Set = std::function<void(OrderModel &, const std::function<void(const Order &)> &)>;
        QFETCH(Set, set);
        OrderModel model;
        int posted = 1; // each next one once: views read columns, too
        set(model, [&](const Order &order) {
            if (order.id == posted && posted < 5)
                model.registry.post({++posted, 0});
        });
        model.registry.post({1, 0});
        QVERIFY(model.comesTo(5, 5));
        QCOMPARE(model.ids(), range(1, 6));
    }

    void functionsMustNotChangeTheModel()
    {
        OrderModel model;
        bool isFirst = true;
        const std::vector<std::pair<const char *, std::function<void()>>> calls{
                {"clear", [&] { model.clear(); }},
                {"sort", [&] { model.sort(0); }},
                {"setCapacity", [&] { model.setCapacity(1); }},
                {"setKey", [&] { model.setKey({}); }},
                {"refilter", [&] { model.refilter(); }},
                {"setColumns", [&] { model.setColumns({QStringLiteral("id")}); }},
                {"setRegistry", [&] { model.setRegistry(nullptr); }},
        };
        for (const auto &[name, call] : calls)
            QTest::ignoreMessage(
                    QtWarningMsg,
                    QRegularExpression(QStringLiteral("EventModel::%1\\(\\).*function.*nothing was changed")
                                               .arg(QLatin1String(name))));
        model.setFilter<Order>([&](const Order &) {
            if (std::exchange(isFirst, false)) {
                for (const auto &[name, call] : calls)
                    call();
            }
            return true;
        });
        QVERIFY(model.shows({{1}, {2}}));
        QCOMPARE(model.ids(), (std::vector<int>{1, 2}));
    }

    void functionsAndSlotsMayDestroyTheModel_data()
    {
        using Prepare = std::function<void(OrderModel &, const std::function<void()> &)>;
        QTest::addColumn<Prepare>("prepare");
        const auto add = [](const char *name, const Prepare &prepare) { QTest::newRow(name) << prepare; };
        add("filter", [](OrderModel &model, const std::function<void()> &end) {
            model.setFilter<Order>([end](const Order &order) { return order.id == 2 ? end(), true : true; });
        });
        add("removes", [](OrderModel &model, const std::function<void()> &end) {
            model.setRemoves<Order>([end](const Order &order) { return order.id == 2 ? end(), true : true; });
        });
        add("sort key", [](OrderModel &model, const std::function<void()> &end) {
            model.addColumn<Order>("text",
                                   [end](const Order &order) { return order.id == 2 && order.price ? end(), 1 : 1; });
            model.sort(2);
        });
        const auto on = [&](const char *name, auto signal) {
            add(name, [signal](OrderModel &model, const std::function<void()> &end) {
                connect(&model, signal, &model, end);
            });
        };
        on("rowsRemoved", &QAbstractItemModel::rowsRemoved);
        on("rowsInserted", &QAbstractItemModel::rowsInserted);
        on("dataChanged", &QAbstractItemModel::dataChanged);
        on("layoutChanged", &QAbstractItemModel::layoutChanged);
        on("layoutAboutToBeChanged", &QAbstractItemModel::layoutAboutToBeChanged);
    }
    void functionsAndSlotsMayDestroyTheModel()
    {
        using Prepare = std::function<void(OrderModel &, const std::function<void()> &)>;
        QFETCH(Prepare, prepare);
        auto model = std::make_unique<OrderModel>();
        model->setRemoves<Order>(&Order::gone);
        QVERIFY(model->shows({{1, 1}, {3, 3}, {4, 4}, {5, 5}}));
        model->sort(1);
        bool isEnded = false;
        prepare(*model, [&] {
            if (!std::exchange(isEnded, true))
                delete static_cast<EventModel *>(model.release());
        });
        OrderModel *const raw = model.get();
        raw->setPaused(true);
        for (const Order &order : {Order{2, 9}, Order{3, 0, true}, Order{1, 7}})
            raw->post(order);
        QVERIFY(waitFor([&] { return isEnded || raw->received() == raw->sent; }));
        if (!isEnded)
            raw->setPaused(false);
        QVERIFY(isEnded);
        runQueuedCalls();
    }

    void slotsMayChangeTheModelBetweenTheSteps()
    {
        OrderModel model;
        model.setRemoves<Order>(&Order::gone);
        model.sort(1);
        QVERIFY(model.shows({{1, 1}, {2, 2}, {3, 3}, {4, 4}}));
        connect(&model, &QAbstractItemModel::rowsRemoved, &model, [&] { model.sort(1, Qt::DescendingOrder); });
        connect(&model, &QAbstractItemModel::dataChanged, &model,
                [&] { model.setFilter<Order>([](const Order &order) { return order.id != 4; }); });
        QVERIFY(model.shows({{2, 0, true}, {1, 9}, {3, 0}, {5, 5}}));
        QVERIFY(waitFor([&] { return model.ids() == (std::vector<int>{1, 5, 3}); }));
    }

    void keysMayChangeTheirType()
    {
        AsyncRegistry<QVariantMap> registry;
        CheckedModel model(&registry);
        model.setKey(QStringLiteral("k"));
        model.setColumns({QStringLiteral("k"), QStringLiteral("n")});
        model.sort(0);
        int n = 0;
        for (const QVariant &key :
             {QVariant(1), QVariant(QStringLiteral("1")), QVariant(1.0), QVariant(QVariantList{1}), QVariant(2)})
            registry.post({{QStringLiteral("k"), key}, {QStringLiteral("n"), n++}});
        QVERIFY(model.comesTo(4, 5));
        QCOMPARE(model.numbers("n"), (std::vector<int>{2, 4, 1, 3}));
    }

    void badSettingsAreRefused()
    {
        OrderModel model;
        const auto refuses = [](const char *pattern) {
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QLatin1String(pattern)));
        };
        refuses("EventModel::sort\\(\\).*less than -1");
        model.sort(-2);
        refuses("EventModel::setSortRole\\(\\).*negative");
        model.setSortRole(-1);
        refuses("EventModel::addRole\\(\\).*UserRole");
        model.addRole<Order>("id", static_cast<Qt::ItemDataRole>(Qt::UserRole + 1), &Order::id);
        refuses("EventModel::addRole\\(\\).*empty");
        model.addRole<Order>("", Qt::ToolTipRole, &Order::id);
        bool (*const none)(const Order &) = nullptr;
        refuses("EventModel::setFilter\\(\\).*null");
        model.setFilter<Order>(none);
        refuses("EventModel::setRemoves\\(\\).*null");
        model.setRemoves<Order>(none);
        QCOMPARE(model.sortColumn(), -1);
        QCOMPARE(model.sortRole(), int(Qt::DisplayRole));
    }

    void aMillionRowsAreSortedAndFiltered()
    {
        constexpr int count = 1'000'000;
        AsyncRegistry<int> registry;
        EventModel model; // testers look at each row
        model.setCapacity(count);
        model.addColumn<int>("n", [](const int &event) { return int((quint64(event) * 7919) % count); });
        model.setRegistry(&registry);
        for (int i = 0; i < count; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return model.count() == count; }));
        model.sort(0);
        for (int row = 0; row < count; row += 997)
            QCOMPARE(model.index(row, 0).data().toInt(), row);
        model.setFilter<int>([](const int &event) { return event % 2 == 0; });
        QCOMPARE(model.count(), count / 2);
        model.sort(-1);
        QCOMPARE(*model.eventAt<int>(1000), 2000);
    }

    // --- all of it together ----------------------------------------------------------------------

    void randomSnapshotsAreThoseOfAPlainList_data()
    {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 0; seed < 10; ++seed)
            QTest::addRow("%u", seed) << seed;
    }
    void randomSnapshotsAreThoseOfAPlainList()
    {
        QFETCH(unsigned, seed);
        std::mt19937 random(seed);
        const auto upTo = [&](int end) { return std::uniform_int_distribution<int>(0, end - 1)(random); };
        AsyncRegistry<std::vector<Order>> registry;
        CheckedModel model;
        model.setColumns({QStringLiteral("id"), QStringLiteral("price")});
        model.setKey(QStringLiteral("id"));
        model.setInterval(0);
        model.setSnapshot(true);
        model.setRegistry(&registry);
        QSortFilterProxyModel proxy;
        QAbstractItemModelTester tester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
        proxy.setSourceModel(&model);
        proxy.sort(1);
        QItemSelectionModel selection(&model);
        std::vector<Order> all;
        std::size_t capacity = 10'000;
        bool isSorted = false;
        bool isFiltered = false;
        const auto isShown = [&] {
            std::vector<Order> expected;
            std::copy_if(all.begin(), all.end(), std::back_inserter(expected), [&](const Order &order) { return !isFiltered || order.price % 2 == 0; });
            if (isSorted)
                std::stable_sort(expected.begin(), expected.end(), [](const Order &a, const Order &b) { return a.price < b.price; });
            std::vector<Order> shown;
            for (int row = 0; row < model.count(); ++row)
                shown.push_back(*model.eventAt<Order>(row));
            return shown == expected;
        };
        for (int step = 0; step < 60; ++step) {
            switch (upTo(8)) {
            case 0:
                isSorted = !isSorted;
                model.sort(isSorted ? 1 : -1);
                break;
            case 1:
                isFiltered = !isFiltered;
                if (isFiltered)
                    model.setFilter<Order>([](const Order &order) { return order.price % 2 == 0; });
                else
                    model.clearFilter();
                break;
            case 2:
                capacity = std::size_t(1 + upTo(60));
                model.setCapacity(int(capacity));
                all.resize(std::min(all.size(), capacity));
                break;
            default: {
                std::map<int, Order> now;
                for (const Order &order : all) {
                    if (upTo(6) != 0)
                        now[order.id] = {order.id, upTo(3) == 0 ? upTo(100) : order.price};
                }
                for (int count = upTo(30); count > 0; --count) {
                    const int id = upTo(100);
                    now.try_emplace(id, Order{id, upTo(100)});
                }
                std::vector<Order> snapshot;
                for (const auto &[id, order] : now)
                    snapshot.push_back(order);
                std::shuffle(snapshot.begin(), snapshot.end(), random);
                std::erase_if(all, [&](const Order &order) { return !now.contains(order.id); });
                for (Order &order : all)
                    order = now[order.id];
                for (const Order &order : snapshot) {
                    const bool isKnown = std::any_of(all.begin(), all.end(), [&](const Order &row) { return row.id == order.id; });
                    if (!isKnown && all.size() < capacity)
                        all.push_back(order);
                }
                registry.post(std::move(snapshot));
                break;
            }
            }
            QVERIFY(waitFor(isShown));
            for (const QModelIndex &index : selection.selectedRows())
                QCOMPARE(model.eventAt<Order>(index.row())->id % 3, 0);
            for (int row = 0; row < model.count(); ++row) {
                if (model.eventAt<Order>(row)->id % 3 == 0)
                    selection.select(model.index(row, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
            }
            QCOMPARE(proxy.rowCount(), model.count());
            for (int row = 1; row < proxy.rowCount(); ++row)
                QVERIFY(proxy.index(row - 1, 1).data().toInt() <= proxy.index(row, 1).data().toInt());
        }
    }

    void randomSequenceIsThatOfAPlainList_data()
    {
        QTest::addColumn<unsigned>("seed");
        QTest::addColumn<bool>("isKeyed");
        for (unsigned seed = 0; seed < 12; ++seed) {
            QTest::addRow("key %u", seed) << seed << true;
            QTest::addRow("ring %u", seed) << seed << false;
        }
    }
    void randomSequenceIsThatOfAPlainList()
    {
        QFETCH(unsigned, seed);
        QFETCH(bool, isKeyed);
        std::mt19937 random(seed);
        const auto upTo = [&](int end) { return std::uniform_int_distribution<int>(0, end - 1)(random); };
        OrderModel model;
        if (!isKeyed)
            model.setKey({});
        model.setRemoves<Order>(&Order::gone);
        QSortFilterProxyModel proxy;
        QAbstractItemModelTester tester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
        proxy.setSourceModel(&model);
        proxy.sort(1);
        QItemSelectionModel selection(&model);

        std::vector<Order> all; // in the order of their arrival
        std::size_t capacity = 10'000;
        int sortColumn = -1;
        Qt::SortOrder direction = Qt::AscendingOrder;
        int filter = 0;
        const auto passes = [&](const Order &order) { return filter == 0 || order.price % filter != 0; };
        const auto add = [&](const Order &order) {
            const auto place = std::find_if(all.begin(), all.end(),
                                            [&](const Order &row) { return isKeyed && row.id == order.id; });
            if (isKeyed && order.gone) {
                if (place != all.end())
                    all.erase(place);
            } else if (place != all.end()) {
                *place = order;
            } else if (!isKeyed || all.size() < capacity) {
                all.push_back(order);
            }
            if (all.size() > capacity)
                all.erase(all.begin());
        };
        const auto expected = [&] {
            std::vector<Order> result;
            std::copy_if(all.begin(), all.end(), std::back_inserter(result), passes);
            const auto value = [&](const Order &order) { return sortColumn == 0 ? order.id : order.price; };
            std::stable_sort(result.begin(), result.end(), [&](const Order &a, const Order &b) {
                return sortColumn >= 0 && (direction == Qt::AscendingOrder ? value(a) < value(b) : value(b) < value(a));
            });
            return result;
        };
        std::map<int, QPersistentModelIndex> indexes; // by ids
        for (int step = 0; step < 150; ++step) {
            switch (upTo(12)) {
            case 0:
                sortColumn = upTo(3) - 1;
                direction = upTo(2) ? Qt::AscendingOrder : Qt::DescendingOrder;
                model.sort(sortColumn, direction);
                break;
            case 1:
                filter = upTo(4);
                model.setFilter<Order>(
                        [passes, filter](const Order &order) { return filter == 0 || order.price % filter != 0; });
                break;
            case 2:
                if (isKeyed && upTo(2) == 0)
                    break;
                capacity = std::size_t(1 + upTo(60));
                model.setCapacity(int(capacity));
                while (all.size() > capacity)
                    all.erase(isKeyed ? all.end() - 1 : all.begin());
                break;
            case 3:
                if (upTo(8) == 0) {
                    model.clear();
                    all.clear();
                    model.sent = 0;
                }
                break;
            default: {
                // Each key once: with a producer's newest event, an earlier one may never be seen.
                std::vector<Order> block;
                const int count = upTo(upTo(4) == 0 ? 80 : 6);
                for (int i = 0; i < count; ++i) {
                    const Order order{upTo(70), upTo(1000), isKeyed && upTo(4) == 0};
                    if (!isKeyed || std::none_of(block.begin(), block.end(), [&](const Order &other) {
                            return other.id == order.id;
                        }))
                        block.push_back(order);
                }
                // The model reckons removals of a block against its capacity as they come.
                for (const Order &order : block)
                    add(order);
                QVERIFY(model.shows(block));
                break;
            }
            }
            const std::vector<Order> rows = expected();
            QCOMPARE(model.count(), int(rows.size()));
            for (std::size_t row = 0; row < rows.size(); ++row)
                QCOMPARE(*model.eventAt<Order>(int(row)), rows[row]);
            if (isKeyed) {
                for (auto &[id, index] : indexes) {
                    if (index.isValid())
                        QCOMPARE(rows[std::size_t(index.row())].id, id);
                }
                for (const QModelIndex &index : selection.selectedRows())
                    QCOMPARE(rows[std::size_t(index.row())].id % 3, 0);
                indexes.clear();
                for (int row = 0; row < model.count(); ++row) {
                    const int id = rows[std::size_t(row)].id;
                    indexes.emplace(id, model.index(row, upTo(2)));
                    if (id % 3 == 0)
                        selection.select(model.index(row, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
                }
                QCOMPARE(selection.selectedRows().size(),
                         std::count_if(rows.begin(), rows.end(), [](const Order &order) { return order.id % 3 == 0; }));
            }
            QCOMPARE(proxy.rowCount(), model.count());
            for (int row = 1; row < proxy.rowCount(); ++row)
                QVERIFY(proxy.index(row - 1, 1).data().toInt() <= proxy.index(row, 1).data().toInt());
        }
    }
};

QTEST_GUILESS_MAIN(LiveTableTest)
#include "tst_livetable.moc"
