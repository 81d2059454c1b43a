// SPDX-License-Identifier: MIT
//
// What does a list of 100 000 rows cost a visible table that is replaced as a whole ten times a second, where one row in a hundred has changed,
// and as many have gone and come? With an EventModel of snapshots, in the order of their arrival and in that of what changes, and with
// beginResetModel(). Does the selection stay with its row, and the scroll position where it is? A list is counted without what the window takes at
// rest.
#include "../measure.h"
#include "questions.h"

#include "comparison.h"
#include "floodoptions.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qitemselectionmodel.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qmetatype.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qscrollbar.h>
#include <QtWidgets/qtableview.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

namespace SignalBoxBenchmark {

namespace {

constexpr std::size_t rowCount = 100'000;
constexpr std::size_t lastingRows = 1000; // which never go
constexpr int scrolledTo = 40'000;
constexpr double seconds = 5;

struct Row
{
    int id = 0;
    int value = 0;
    QString name;

    friend bool operator==(const Row &, const Row &) = default;
};

} // namespace

} // namespace SignalBoxBenchmark

Q_DECLARE_METATYPE(SignalBoxBenchmark::Row) // so that Qt sees rows in a list of them

namespace SignalBoxBenchmark {

namespace {

using Rows = std::vector<Row>;

// As each next list is.
class Lists
{
public:
    Lists()
    {
        for (std::size_t i = 0; i < rowCount; ++i)
            m_rows.push_back(makeRow());
    }

    const Rows &next()
    {
        for (std::size_t i = 0; i < rowCount / 100; ++i)
            m_rows[lastingRows + m_random.below(rowCount - lastingRows)].value =
                    static_cast<int>(m_random.below(1'000'000));
        for (std::size_t i = 0; i < rowCount / 100; ++i)
            m_rows[lastingRows + m_random.below(rowCount - lastingRows)] = makeRow();
        return m_rows;
    }

private:
    Row makeRow()
    {
        const int id = m_nextId++;
        return {id, static_cast<int>(m_random.below(1'000'000)), QStringLiteral("row %1").arg(id)};
    }

    Random m_random;
    int m_nextId = 0;
    Rows m_rows;
};

// What programs do: the list replaces the one before.
class ResetModel final : public QAbstractTableModel
{
public:
    void replace(Rows &&rows)
    {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    }
    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    int columnCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : 3; }
    QVariant data(const QModelIndex &index, int role) const override
    {
        if (role != Qt::DisplayRole)
            return {};
        const Row &row = m_rows[static_cast<std::size_t>(index.row())];
        return index.column() == 0 ? QVariant(row.id) : index.column() == 1 ? QVariant(row.value) : QVariant(row.name);
    }

private:
    Rows m_rows;
};

enum class Kind { Idle, Arrival, Sorted, Reset };

struct Way
{
    const char *peer;
    const char *variant;
    Kind kind;
};

constexpr Way ways[] = {{"idle", "sorted", Kind::Idle},
                        {"SignalBox", "arrival", Kind::Arrival},
                        {"SignalBox", "sorted", Kind::Sorted},
                        {"beginResetModel()", "arrival", Kind::Reset}};

void measureSnapshots(benchmark::State &state, Kind kind)
{
    for ([[maybe_unused]] auto round : state) {
        SignalBox::AsyncRegistry<Rows> registry;
        SignalBox::EventModel eventModel;
        ResetModel resetModel;
        eventModel.addColumn<Row>("id", &Row::id);
        eventModel.addColumn<Row>("value", &Row::value);
        eventModel.addColumn<Row>("name", &Row::name);
        eventModel.setKey(QStringLiteral("id"));
        eventModel.setCapacity(1'000'000);
        eventModel.setSnapshot(true);
        eventModel.setRegistry(&registry);
        if (kind == Kind::Sorted || kind == Kind::Idle)
            eventModel.sort(1, Qt::DescendingOrder);
        QAbstractItemModel &model = kind == Kind::Reset ? static_cast<QAbstractItemModel &>(resetModel) : eventModel;
        QTableView view;
        view.setSelectionBehavior(QAbstractItemView::SelectRows);
        view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
        view.setModel(&model);
        view.resize(600, 600);
        view.show();
        Lists lists;
        const auto send = [&] {
            Rows rows = lists.next();
            if (kind == Kind::Reset)
                QMetaObject::invokeMethod(&resetModel, [&resetModel, list = std::move(rows)]() mutable {
                    resetModel.replace(std::move(list));
                });
            else
                registry.post(std::move(rows));
        };
        send();
        while (model.rowCount() != static_cast<int>(rowCount))
            runFor(0.1);
        // Of those that never go.
        int selected = 0;
        for (int row = 0; row < model.rowCount(); ++row) {
            if (model.index(row, 0).data().toInt() == 7)
                selected = row;
        }
        view.selectRow(selected);
        view.verticalScrollBar()->setValue(scrolledTo);
        runFor(0.2);
        const double atRest = shareAtRest();
        std::atomic<bool> isOver = false;
        std::atomic<int> sent = 0;
        std::thread worker;
        if (kind != Kind::Idle) {
            worker = std::thread([&] {
                for (auto next = Clock::now(); !isOver; ++sent) {
                    send();
                    next += std::chrono::milliseconds(100);
                    std::this_thread::sleep_until(next);
                }
            });
        }
        runFor(1);
        const int before = sent;
        Measurement result;
        Meter meter(Meter::Memory::Ignored);
        meter.start();
        runFor(seconds);
        meter.stop(result);
        const int count = sent - before;
        isOver = true;
        if (worker.joinable())
            worker.join();
        state.SetIterationTime(result.worstGap / 1e3);
        state.counters["usual_ns"] = result.usualGap * 1e6;
        state.counters["gui_share"] = result.cpu / 100;
        if (kind == Kind::Idle)
            continue;
        state.counters["snapshot_ns"] =
                (result.cpu / 100 - atRest) * seconds * 1e9 / count; // of the GUI thread, painting included
        const QModelIndexList rows = view.selectionModel()->selectedRows();
        const bool isSelected = rows.size() == 1 && rows.constFirst().data().toInt() == 7;
        state.counters["kept"] = isSelected && view.verticalScrollBar()->value() == scrolledTo ? 1 : 0;
    }
}

} // namespace

void registerSnapshots()
{
    for (const Way &way : ways) {
        benchmark::RegisterBenchmark(benchmarkName("snapshots", way.peer, way.variant).c_str(),
                                     [way](benchmark::State &state) { measureSnapshots(state, way.kind); })
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond)
                ->Iterations(1);
    }
}

} // namespace SignalBoxBenchmark
