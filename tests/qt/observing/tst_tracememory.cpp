// SPDX-License-Identifier: MIT
#include "tracearray.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Trace>

#include <QtCore/qjsonobject.h>
#include <QtCore/qset.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <thread>

#include <malloc.h>

using SignalBox::AsyncRegistry;
using SignalBox::setTraceFile;

namespace {

std::size_t allocatedBytes()
{
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

} // namespace

// What a trace needs of memory where threads come and go faster than it is written.
class TraceMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void threadsUseTheBuffersOfThoseThatHaveEnded()
    {
        constexpr int rounds = 250;
        constexpr int together = 4;
        constexpr std::size_t bufferBytes = 16 * 1024 * 24;
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("trace.json"));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        registry.registerHandler([](const int &) {});
        QVERIFY(setTraceFile(path));
        const std::size_t before = allocatedBytes();
        std::size_t most = 0;
        for (int round = 0; round < rounds; ++round) {
            std::array<std::thread, together> threads;
            for (std::thread &thread : threads)
                thread = std::thread([&] { registry.post(1); });
            for (std::thread &thread : threads)
                thread.join();
            most = std::max(most, allocatedBytes());
        }
        QVERIFY2(most - before < (2 * together + 2) * bufferBytes, qPrintable(QString::number(most - before)));

        // Each thread is one of its own in the file, with what it did.
        setTraceFile({});
        const auto [elements, fault] = readTraceArray(path);
        QCOMPARE(fault, QString());
        QSet<int> seen;
        int posts = 0;
        for (const QJsonValue &element : elements) {
            if (element[QStringLiteral("name")].toString() != QStringLiteral("post numbers"))
                continue;
            seen.insert(element[QStringLiteral("tid")].toInt());
            ++posts;
        }
        QCOMPARE(posts, rounds * together);
        QCOMPARE(seen.size(), rounds * together);
    }
};

QTEST_GUILESS_MAIN(TraceMemory)
#include "tst_tracememory.moc"
