// SPDX-License-Identifier: MIT
#pragma once

#include "textfiles.h"

#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/TaskScope>

#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qthreadpool.h>
#include <QtWidgets/qwidget.h>

#include <chrono>

QT_BEGIN_NAMESPACE
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
QT_END_NAMESPACE

// Searches the text files of a folder while the user types.
class SearchWindow : public QWidget
{
    Q_OBJECT

public:
    explicit SearchWindow(QString folder, std::chrono::milliseconds limit = std::chrono::seconds(20),
                          FileReader read = readFile);

    bool isSearching() const { return !m_search.isFinished(); }

private:
    // What the searchers of one search share.
    struct Search
    {
        QString text = {};
        QStringList files = {};
        qsizetype next = 0; // file
        int searched = 0;
        int found = 0;
        int unreadable = 0;
    };

    SignalBox::Task<> search(QString text);
    SignalBox::Task<> searchFiles(Search &search);
    SignalBox::Task<> searchNext(Search &search);
    void showEnd(const Search &search, bool isInTime);

    const QString m_folder;
    const std::chrono::milliseconds m_limit;
    const FileReader m_read;
    QLineEdit *m_edit;
    QProgressBar *m_progress;
    QListWidget *m_lines;
    QLabel *m_status;
    QThreadPool m_pool;
    SignalBox::TaskHandle<> m_search;
    SignalBox::TaskScope m_tasks{this}; // last: its coroutines end while the rest is still there
};
