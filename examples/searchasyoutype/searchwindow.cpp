// SPDX-License-Identifier: MIT
#include "searchwindow.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qmessagebox.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtreewidget.h>

#include <thread>
#include <utility>

using SignalBox::Backlog;
using SignalBox::Nested;

SearchWindow::SearchWindow(Library library)
    : m_line(new QLineEdit), m_hits(new QTreeWidget), m_state(new QLabel), m_library(std::move(library))
{
    // The newest query is kept, and the search before it gives up: see search.cpp.
    m_queries.registerHandler(
            SignalBox::inPool(&m_pool),
            [this](const Query &query) { search(query, [this](Found &&found) { m_found.post(std::move(found)); }); },
            {.backlog = Backlog::newest()});
    m_found.registerHandler(this, &SearchWindow::showFound, {.backlog = Backlog::all().every(16)});
    // While the user is asked for one book, the others wait; the search goes on.
    m_changed.registerHandler(this, &SearchWindow::askAndReadAgain, {.nested = Nested::Wait});

    setWindowTitle(QStringLiteral("Search as you type"));
    resize(640, 420);
    m_line->setPlaceholderText(QStringLiteral("Words to look for"));
    m_hits->setHeaderLabels({QStringLiteral("Book"), QStringLiteral("Where")});
    m_hits->setRootIsDecorated(false);
    m_hits->setUniformRowHeights(true);
    m_hits->header()->resizeSection(0, 270);
    auto *change = new QPushButton(QStringLiteral("Change three books, as another program would"));
    connect(m_line, &QLineEdit::textChanged, this, [this] { beginSearch(); });
    connect(change, &QPushButton::clicked, this, [this] {
        std::thread([this, library = m_library] {
            for (std::size_t i = 0; i < 3 && i < library->size(); ++i)
                changeBook((*library)[i].title);
        }).join();
    });
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_line);
    layout->addWidget(m_hits);
    layout->addWidget(m_state);
    layout->addWidget(change, 0, Qt::AlignLeft);
    showState();
}

void SearchWindow::type(const QString &text)
{
    m_line->setText(text);
}

int SearchWindow::hits() const
{
    return m_hits->topLevelItemCount();
}

void SearchWindow::beginSearch()
{
    m_hits->clear();
    m_isComplete = false;
    m_queries.post({++m_number, m_line->text(), m_library});
    showState();
}

void SearchWindow::showFound(const SignalBox::EventBatch<Found> &batch)
{
    QList<QTreeWidgetItem *> items;
    for (const Found &found : batch) {
        m_givenUp += found.kind == Found::Kind::GivenUp;
        if (found.query != m_number)
            continue; // of a search before
        if (found.kind == Found::Kind::Book)
            items.append(new QTreeWidgetItem({found.title, found.place}));
        m_isComplete = found.kind == Found::Kind::End;
    }
    m_hits->addTopLevelItems(items);
    showState();
}

void SearchWindow::askAndReadAgain(const QString &title)
{
    const auto answer =
            QMessageBox::question(this, QStringLiteral("Changed"),
                                  QStringLiteral("Another program has changed “%1”. Read it again?").arg(title));
    if (answer != QMessageBox::Yes)
        return;
    m_library = readAgain(m_library, title);
    beginSearch();
}

void SearchWindow::showState()
{
    m_state->setText(QStringLiteral("%L1 of %L2 books%3; %L4 of %L5 searches gave up for a newer one")
                             .arg(hits())
                             .arg(m_library->size())
                             .arg(m_isComplete ? QString() : QStringLiteral(" so far"))
                             .arg(m_givenUp)
                             .arg(m_number));
}
