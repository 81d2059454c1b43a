// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/Backlog>

#include <QtTest/qtest.h>

// Rows for a test: a backlog of each kind. The intervals of the timed ones do not pass while it runs.
inline void addBacklogsOfAllKinds()
{
    using SignalBox::Backlog;
    QTest::addColumn<Backlog>("backlog");
    QTest::newRow("unbounded") << Backlog::unbounded();
    QTest::newRow("latest") << Backlog::latest();
    QTest::newRow("bounded") << Backlog::bounded(4);
    QTest::newRow("throttled") << Backlog::throttled(3600000);
    QTest::newRow("debounced") << Backlog::debounced(3600000);
    QTest::newRow("batched") << Backlog::batched(3600000);
}
