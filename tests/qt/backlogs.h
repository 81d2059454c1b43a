// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/Backlog>

#include <QtTest/qtest.h>

// Rows for a test: a backlog of each kind. The intervals of the timed ones do not pass while it runs.
inline void addBacklogsOfAllKinds()
{
    using SignalBox::Backlog;
    QTest::addColumn<Backlog>("backlog");
    QTest::newRow("all") << Backlog::all();
    QTest::newRow("newest") << Backlog::newest();
    QTest::newRow("newest 4") << Backlog::newest(4);
    QTest::newRow("oldest 4") << Backlog::oldest(4);
    QTest::newRow("on demand") << Backlog::newest(4).onDemand();
    QTest::newRow("throttled") << Backlog::throttled(3600000);
    QTest::newRow("debounced") << Backlog::debounced(3600000);
    QTest::newRow("all, every") << Backlog::all().every(3600000);
}
