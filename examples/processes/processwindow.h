// SPDX-License-Identifier: MIT
#pragma once

#include "processlist.h"
#include "way.h"

#include <QtWidgets/qmainwindow.h>

#include <atomic>
#include <memory>
#include <thread>

class QTableView;

// The processes, ten times a second.
class ProcessWindow : public QMainWindow
{
public:
    ProcessWindow(Way::Kind kind, std::unique_ptr<ProcessList> list);
    ~ProcessWindow() override;

    // No list is taken any more.
    void stop();
    const Way &way() const { return *m_way; }
    QTableView &view() { return *m_view; }
    // Lists so far.
    int sent() const { return m_sent; }

private:
    const std::unique_ptr<Way> m_way;
    QTableView *const m_view;
    const std::unique_ptr<ProcessList> m_list; // the worker's
    std::atomic<bool> m_isOver = false;
    std::atomic<int> m_sent = 0;
    std::thread m_worker;
};
