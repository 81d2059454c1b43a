// SPDX-License-Identifier: MIT
//
// Models with a QTableView on top: editors, selection, the scroll position, a model that dies under its view.
#include "checkedmodel.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qpointer.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qscrollbar.h>
#include <QtWidgets/qtableview.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::EventModel;

struct Order
{
    int id = 0;
    int price = 0;
    bool gone = false;
    friend bool operator==(const Order &, const Order &) = default;
};
Q_DECLARE_METATYPE(Order) // so that Qt sees rows in a list of them

namespace {

using Orders = std::vector<Order>;

// Whose cells a view may edit.
struct EditableModel : CheckedModel
{
    Qt::ItemFlags flags(const QModelIndex &index) const override
    {
        return index.isValid() ? CheckedModel::flags(index) | Qt::ItemIsEditable : CheckedModel::flags(index);
    }
};

class View : public QTableView
{
public:
    bool isEditing() const { return state() == EditingState; }
    QLineEdit *editor() const { return viewport()->findChild<QLineEdit *>(); }
    int firstRow() const { return rowAt(0); }
};

// Orders in a window.
struct OrderWindow
{
    OrderWindow()
    {
        model.addColumn<Order>("id", &Order::id);
        model.addColumn<Order>("price", &Order::price);
        model.setKey(QStringLiteral("id"));
        model.setInterval(0);
        model.setRemoves<Order>(&Order::gone);
        model.setRegistry(&registry);
        view.setModel(&model);
        view.setSelectionBehavior(QAbstractItemView::SelectRows);
        view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
        view.resize(300, 300);
        view.show();
    }

    // In one update.
    bool shows(const Orders &orders)
    {
        const quint64 all = model.received() + orders.size();
        model.setPaused(true);
        for (const Order &order : orders)
            registry.post(order);
        const bool haveCome = waitFor([&] { return model.received() == all; });
        model.setPaused(false);
        return haveCome;
    }
    int rowOf(int id) const
    {
        for (int row = 0; row < model.count(); ++row) {
            if (model.eventAt<Order>(row)->id == id)
                return row;
        }
        return -1;
    }

    AsyncRegistry<Order> registry;
    EditableModel model;
    View view;
};

Orders ordersUpTo(int count)
{
    Orders orders;
    for (int id = 0; id < count; ++id)
        orders.push_back({id, id * 7919 % 10'007});
    return orders;
}

} // namespace

class TableViewTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void editedRowMayBeRemoved_data()
    {
        QTest::addColumn<std::function<void(OrderWindow &)>>("remove");
        QTest::newRow("removes") << std::function<void(OrderWindow &)>([](OrderWindow &window) {
            window.shows({{2, 0, true}});
        });
        QTest::newRow("filter") << std::function<void(OrderWindow &)>([](OrderWindow &window) {
            window.model.setFilter<Order>([](const Order &order) { return order.id != 2; });
        });
        QTest::newRow("capacity") << std::function<void(OrderWindow &)>(
                [](OrderWindow &window) { window.model.setCapacity(2); });
        QTest::newRow("clear") << std::function<void(OrderWindow &)>([](OrderWindow &window) { window.model.clear(); });
        QTest::newRow("among many") << std::function<void(OrderWindow &)>([](OrderWindow &window) {
            Orders gone;
            for (int id = 0; id < 60; id += 2)
                gone.push_back({id, 0, true});
            window.shows(gone);
        });
    }
    void editedRowMayBeRemoved()
    {
        QFETCH(std::function<void(OrderWindow &)>, remove);
        OrderWindow window;
        QVERIFY(window.shows(ordersUpTo(60)));
        const QModelIndex edited = window.model.index(2, 1);
        window.view.setCurrentIndex(edited);
        window.view.edit(edited);
        const QPointer<QLineEdit> editor = window.view.editor();
        QVERIFY(editor);
        QVERIFY(window.view.isEditing());
        QTest::keyClicks(editor, QStringLiteral("12"));
        remove(window);
        QVERIFY(waitFor([&] { return !editor; }));
        QVERIFY(!window.view.isEditing());
        QCOMPARE(window.rowOf(2), -1);
        QVERIFY(window.shows({{100, 1}})); // and goes on
        QVERIFY(window.rowOf(100) >= 0 || window.model.capacity() == 2);
    }

    void editorStaysWithItsRowWhileOthersMoveAndGo()
    {
        OrderWindow window;
        window.model.sort(1);
        QVERIFY(window.shows(ordersUpTo(200)));
        const QPersistentModelIndex edited(window.model.index(window.rowOf(50), 1));
        window.view.scrollTo(edited);
        window.view.setCurrentIndex(edited);
        window.view.edit(edited);
        const QPointer<QLineEdit> editor = window.view.editor();
        QVERIFY(editor);
        editor->setText(QStringLiteral("not yet"));
        Orders orders;
        for (int id = 0; id < 200; ++id) {
            if (id != 50)
                orders.push_back({id, id * 31 % 997, id % 3 == 0});
        }
        QVERIFY(window.shows(orders));
        QVERIFY(editor);
        QCOMPARE(window.view.indexWidget(edited), editor.data());
        QCOMPARE(edited.row(), window.rowOf(50));
        QCOMPARE(window.view.currentIndex(), QModelIndex(edited));
        QCOMPARE(editor->text(), QStringLiteral("not yet"));
        window.view.scrollTo(edited);
        QVERIFY(waitFor([&] { return editor->geometry().intersects(window.view.visualRect(edited)); }));
    }

    void scrollPositionSurvives_data()
    {
        QTest::addColumn<QAbstractItemView::ScrollMode>("mode");
        QTest::newRow("by items") << QAbstractItemView::ScrollPerItem;
        QTest::newRow("by pixels") << QAbstractItemView::ScrollPerPixel;
    }
    void scrollPositionSurvives()
    {
        QFETCH(QAbstractItemView::ScrollMode, mode);
        OrderWindow window;
        QScrollBar &bar = *window.view.verticalScrollBar();
        window.view.setVerticalScrollMode(mode);
        window.model.sort(1);
        QVERIFY(window.shows(ordersUpTo(2000)));
        QVERIFY(waitFor([&] { return bar.maximum() > 0; }));
        window.view.selectRow(window.rowOf(77));
        bar.setValue(bar.maximum() / 2);
        const int value = bar.value();
        const int firstRow = window.view.firstRow();
        QVERIFY(value > 0 && firstRow > 0);
        const auto isThere = [&] {
            QCoreApplication::processEvents(); // what the view has put off
            const QModelIndexList rows = window.view.selectionModel()->selectedRows();
            return bar.value() == value && window.view.firstRow() == firstRow && rows.size() == 1
                    && window.model.eventAt<Order>(rows.constFirst().row())->id == 77;
        };
        Orders changed;
        for (int id = 0; id < 2000; id += 3)
            changed.push_back({id, id * 31 % 997});
        QVERIFY(window.shows(changed));
        QVERIFY(isThere());
        Orders goneAndNew;
        for (int id = 0; id < 400; id += 2) {
            goneAndNew.push_back({id, 0, true});
            goneAndNew.push_back({5000 + id, id * 17 % 1000});
        }
        QVERIFY(window.shows(goneAndNew));
        QVERIFY(isThere());
        window.model.sort(0, Qt::DescendingOrder);
        QVERIFY(isThere());
        window.model.setFilter<Order>([](const Order &order) { return order.id % 5 != 0; });
        QVERIFY(isThere());
        window.model.clearFilter();
        QVERIFY(isThere());
    }

    void scrollPositionAndSelectionSurviveSnapshots()
    {
        AsyncRegistry<Orders> registry;
        CheckedModel model;
        model.addColumn<Order>("id", &Order::id);
        model.addColumn<Order>("price", &Order::price);
        model.setKey(QStringLiteral("id"));
        model.setInterval(0);
        model.setSnapshot(true);
        model.setRegistry(&registry);
        model.sort(1);
        View view;
        view.setModel(&model);
        view.setSelectionBehavior(QAbstractItemView::SelectRows);
        view.resize(300, 300);
        view.show();
        Orders orders = ordersUpTo(1000);
        registry.post(Orders(orders));
        QVERIFY(model.comesTo(1000, 1));
        QVERIFY(waitFor([&] { return view.verticalScrollBar()->maximum() > 0; }));
        for (int row = 0; row < model.count(); ++row) {
            if (model.eventAt<Order>(row)->id == 7)
                view.selectRow(row);
        }
        view.verticalScrollBar()->setValue(400);
        std::mt19937 random(1);
        for (int round = 1; round <= 10; ++round) {
            for (int i = 0; i < 60; ++i)
                orders[100 + random() % 900].price = int(random() % 10'007);
            for (int i = 0; i < 60; ++i)
                orders[100 + random() % 900].id += 10'000;
            registry.post(Orders(orders));
            Orders expected = orders;
            const auto price = [](const Order &order) { return std::pair(order.price, order.id); };
            std::sort(expected.begin(), expected.end(),
                      [&](const Order &a, const Order &b) { return price(a) < price(b); });
            QVERIFY(waitFor([&] {
                Orders shown;
                for (int row = 0; row < model.count(); ++row)
                    shown.push_back(*model.eventAt<Order>(row));
                std::sort(shown.begin(), shown.end(),
                          [&](const Order &a, const Order &b) { return price(a) < price(b); });
                return shown == expected;
            }));
            QCOMPARE(view.verticalScrollBar()->value(), 400);
            const QModelIndexList rows = view.selectionModel()->selectedRows();
            QCOMPARE(rows.size(), 1);
            QCOMPARE(model.eventAt<Order>(rows.constFirst().row())->id, 7);
        }
    }

    void viewMayDestroyTheModel_data()
    {
        using Connect = std::function<void(EventModel *, const std::function<void()> &)>;
        QTest::addColumn<Connect>("onSignal");
        const auto on = [](const char *name, auto signal) {
            QTest::newRow(name) << Connect([signal](EventModel *model, const std::function<void()> &end) {
                connect(model, signal, model, end);
            });
        };
        on("rowsRemoved", &QAbstractItemModel::rowsRemoved);
        on("rowsInserted", &QAbstractItemModel::rowsInserted);
        on("dataChanged", &QAbstractItemModel::dataChanged);
        on("layoutChanged", &QAbstractItemModel::layoutChanged);
    }
    void viewMayDestroyTheModel()
    {
        using Connect = std::function<void(EventModel *, const std::function<void()> &)>;
        QFETCH(Connect, onSignal);
        AsyncRegistry<Order> registry;
        auto model = std::make_unique<EventModel>();
        model->addColumn<Order>("id", &Order::id);
        model->addColumn<Order>("price", &Order::price);
        model->setKey(QStringLiteral("id"));
        model->setInterval(0);
        model->setRemoves<Order>(&Order::gone);
        model->setRegistry(&registry);
        model->sort(1);
        View view;
        view.setModel(model.get());
        view.resize(300, 300);
        view.show();
        for (const Order &order : ordersUpTo(100))
            registry.post(order);
        QVERIFY(waitFor([&] { return model->count() == 100; }));
        view.selectRow(50);
        view.openPersistentEditor(model->index(3, 1));
        bool isEnded = false;
        onSignal(model.get(), [&] {
            if (!std::exchange(isEnded, true))
                model.reset();
        });
        registry.post({1, 0, true});
        registry.post({2, 500});
        registry.post({500, 1});
        QVERIFY(waitFor([&] { return isEnded; }));
        QCoreApplication::processEvents();
        QVERIFY(!view.model());
    }
};

QTEST_MAIN(TableViewTest)
#include "tst_tableview.moc"
