// SPDX-License-Identifier: MIT
#include "processwindow.h"

#include <QtGui/qpainter.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qstyleditemdelegate.h>
#include <QtWidgets/qtableview.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace {

// A bar as long as the share of a core.
class BarDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QStyleOptionViewItem empty(option);
        QStyledItemDelegate::paint(painter, empty, {}); // the background, and the selection
        const double cpu = index.data().toDouble();
        QRectF bar = QRectF(option.rect).adjusted(3, 4, -48, -4);
        painter->fillRect(bar, QColor(0xe6, 0xea, 0xef));
        bar.setWidth(bar.width() * std::clamp(cpu / 100, 0.0, 1.0));
        painter->fillRect(bar, cpu > 75 ? QColor(0xc6, 0x28, 0x28) : QColor(0x17, 0x69, 0xc2));
        painter->setPen(option.palette.color(option.state & QStyle::State_Selected ? QPalette::HighlightedText : QPalette::Text));
        painter->drawText(option.rect.adjusted(0, 0, -6, 0), Qt::AlignRight | Qt::AlignVCenter, QString::number(cpu, 'f', 1));
    }
};

} // namespace

ProcessWindow::ProcessWindow(Way::Kind kind, std::unique_ptr<ProcessList> list)
    : m_way(Way::make(kind)), m_view(new QTableView), m_list(std::move(list))
{
    setWindowTitle(QStringLiteral("Processes"));
    resize(760, 560);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_view->setModel(m_way->model());
    m_view->setItemDelegateForColumn(CpuColumn, new BarDelegate(m_view));
    m_view->setColumnWidth(NameColumn, 200);
    m_view->setColumnWidth(CpuColumn, 180);
    m_view->setColumnWidth(StateColumn, 50);
    m_view->horizontalHeader()->setStretchLastSection(true);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(CpuColumn, Qt::DescendingOrder);
    setCentralWidget(m_view);

    m_worker = std::thread([this] {
        auto next = std::chrono::steady_clock::now();
        for (; !m_isOver; ++m_sent) {
            m_way->send(m_list->take());
            next += std::chrono::milliseconds(100);
            std::this_thread::sleep_until(next);
        }
    });
}

ProcessWindow::~ProcessWindow()
{
    stop();
}

void ProcessWindow::stop()
{
    m_isOver = true;
    if (m_worker.joinable())
        m_worker.join();
}
