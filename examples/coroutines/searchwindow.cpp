// SPDX-License-Identifier: MIT
#include "searchwindow.h"

#include <SignalBox/HandlerTarget>
#include <SignalBox/RunOn>
#include <SignalBox/SleepFor>
#include <SignalBox/WhenAll>
#include <SignalBox/WhenAny>

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qprogressbar.h>

#include <utility>

using namespace std::chrono_literals;
using SignalBox::inPool;
using SignalBox::runOn;
using SignalBox::sleepFor;
using SignalBox::Task;
using SignalBox::whenAll;
using SignalBox::whenAny;

SearchWindow::SearchWindow(QString folder, std::chrono::milliseconds limit, FileReader read)
    : m_folder(std::move(folder)),
      m_limit(limit),
      m_read(std::move(read)),
      m_edit(new QLineEdit),
      m_progress(new QProgressBar),
      m_lines(new QListWidget),
      m_status(new QLabel)
{
    setWindowTitle(QStringLiteral("Search in %1").arg(m_folder));
    resize(760, 480);
    m_edit->setObjectName(QStringLiteral("edit"));
    m_edit->setPlaceholderText(QStringLiteral("Search"));
    m_edit->setClearButtonEnabled(true);
    m_progress->setObjectName(QStringLiteral("progress"));
    m_progress->setRange(0, 1);
    m_progress->setTextVisible(false);
    m_lines->setObjectName(QStringLiteral("lines"));
    m_lines->setUniformItemSizes(true);
    m_status->setObjectName(QStringLiteral("status"));
    auto *const layout = new QVBoxLayout(this);
    layout->addWidget(m_edit);
    layout->addWidget(m_progress);
    layout->addWidget(m_lines);
    layout->addWidget(m_status);
    // Each letter ends the search for the text before.
    connect(m_edit, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_search.cancel();
        m_search = m_tasks.spawn([this, text] { return search(text); }, {.name = QStringLiteral("search")});
    });
}

Task<> SearchWindow::search(QString text)
{
    co_await sleepFor(200ms); // until the typing rests
    m_lines->clear();
    m_status->clear();
    m_progress->setRange(0, 1);
    m_progress->setValue(0);
    if (text.isEmpty())
        co_return;
    Search search{.text = text};
    const auto first = co_await whenAny(whenAll(searchFiles(search)), sleepFor(m_limit));
    showEnd(search, first.index() == 0);
}

// Four at a time. If one of them throws, or the time is over, or the window closes, all of them end.
Task<> SearchWindow::searchFiles(Search &search)
{
    search.files = (co_await runOn(inPool(&m_pool), [this] { return textFilesIn(m_folder); })).value_or(QStringList());
    m_progress->setRange(0, static_cast<int>(search.files.size()));
    co_await whenAll(searchNext(search), searchNext(search), searchNext(search), searchNext(search));
}

// A closing window waits for a file that is being searched, so one call in the pool is for one file.
Task<> SearchWindow::searchNext(Search &search)
{
    while (search.next < search.files.size()) {
        const QString path = search.files.at(search.next++);
        std::optional<QStringList> lines;
        for (int attempt = 0; attempt < 3 && !lines; ++attempt) {
            if (attempt != 0)
                co_await sleepFor(50ms * attempt);
            co_await runOn(inPool(&m_pool), [&] {
                if (const std::optional<QString> text = m_read(path))
                    lines = linesWith(search.text, *text);
            });
        }
        for (const QString &line : lines.value_or(QStringList()))
            m_lines->addItem(path.mid(m_folder.size() + 1) + QLatin1Char(':') + line);
        search.found += static_cast<int>(lines.value_or(QStringList()).size());
        search.unreadable += !lines;
        m_progress->setValue(++search.searched);
    }
}

void SearchWindow::showEnd(const Search &search, bool isInTime)
{
    QString text = QStringLiteral("%1 lines in %2 files").arg(search.found).arg(search.searched);
    if (search.unreadable != 0)
        text += QStringLiteral(", %1 could not be read").arg(search.unreadable);
    if (!isInTime)
        text += QStringLiteral("; stopped, as the time was over");
    m_status->setText(text);
}
