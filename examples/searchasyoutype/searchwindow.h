// SPDX-License-Identifier: MIT
#pragma once

#include "library.h"
#include "search.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>

#include <QtCore/qthreadpool.h>
#include <QtWidgets/qwidget.h>

class QLabel;
class QLineEdit;
class QTreeWidget;

class SearchWindow : public QWidget
{
public:
    explicit SearchWindow(Library library);

    // As the user does.
    void type(const QString &text);
    // As another program does, on any thread.
    void changeBook(const QString &title) { m_changed.post(title); }

    const Library &library() const { return m_library; }
    // The books that have what is typed in them, and whether all have been looked at.
    int hits() const;
    bool isComplete() const { return m_isComplete; }
    int begun() const { return m_number; }
    int givenUp() const { return m_givenUp; }

private:
    void beginSearch();
    void showFound(const SignalBox::EventBatch<Found> &batch);
    void askAndReadAgain(const QString &title);
    void showState();

    QLineEdit *m_line;
    QTreeWidget *m_hits;
    QLabel *m_state;
    Library m_library;
    int m_number = 0; // of the newest query
    bool m_isComplete = true;
    int m_givenUp = 0;
    SignalBox::AsyncRegistry<Query> m_queries;
    SignalBox::AsyncRegistry<Found> m_found;
    SignalBox::AsyncRegistry<QString> m_changed;
    QThreadPool m_pool; // waits for the last search, which uses the registries
};
