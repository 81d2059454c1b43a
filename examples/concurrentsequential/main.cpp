// SPDX-License-Identifier: MIT
//
// Three threads have work to do on each file that has arrived: one counts its lines, one makes its checksum, one looks
// for its longest line. notify() lets them work at the same time, notifySequential() one after the other.
//
// What makes it work: each handler runs on the thread that it chose. The future of notify() finishes when the last
// handler has ended. In notifySequential() each handler, wherever it runs, has ended before the next one, in the order
// of priority, begins.

#include "../temporarydirectory.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcryptographichash.h>
#include <QtCore/qfile.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

// Everybody who takes part begins together: with three of them, a handler whose turn came only after another one's end
// would wait for ever.
using Start = std::barrier<>;

struct Arrived
{
    QString fileName;
    std::shared_ptr<Start> start;
};

// What happened, in which order.
class Record
{
public:
    void add(std::string_view what, std::string_view who)
    {
        const std::lock_guard lock(m_mutex);
        m_entries.emplace_back(what, who);
    }
    std::vector<std::pair<std::string, std::string>> take()
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_entries, {});
    }

private:
    std::mutex m_mutex;
    std::vector<std::pair<std::string, std::string>> m_entries;
};

QByteArray contentOf(const QString &fileName)
{
    QFile file(fileName);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::string countLines(const QByteArray &content)
{
    return std::to_string(content.count('\n'));
}

std::string makeChecksum(const QByteArray &content)
{
    return QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex().left(8).toStdString();
}

std::string findLongestLine(const QByteArray &content)
{
    qsizetype longest = 0;
    for (const QByteArray &line : content.split('\n'))
        longest = std::max(longest, line.size());
    return std::to_string(longest);
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    const TemporaryDirectory directory;
    const QString fileName = QString::fromStdString((directory.path() / "numbers.txt").string());
    QFile file(fileName);
    if (!file.open(QIODevice::WriteOnly))
        return 1;
    for (int i = 0; i < 100'000; ++i)
        file.write(QByteArray::number(i).repeated(1 + i % 3) + '\n');
    file.close();

    struct Worker
    {
        const char *name;
        std::string (*work)(const QByteArray &);
        std::string result{};
        QThread thread{};
    };
    std::array<Worker, 3> workers{Worker{"lines", countLines}, Worker{"checksum", makeChecksum},
                                  Worker{"longest line", findLongestLine}};
    Record record;
    SignalBox::AsyncRegistry<Arrived> arrived;
    int priority = 30;
    for (Worker &worker : workers) {
        worker.thread.start();
        arrived.registerHandler(SignalBox::onThread(&worker.thread),
                                [&record, &worker](const Arrived &event) {
                                    record.add("begin", worker.name);
                                    event.start->arrive_and_wait();
                                    worker.result = worker.work(contentOf(event.fileName));
                                    record.add("end", worker.name);
                                },
                                {.priority = priority, .name = QString::fromLatin1(worker.name)});
        priority -= 10;
    }

    // All three are inside before the first is done.
    arrived.notify({fileName, std::make_shared<Start>(3)}).waitForFinished();
    const auto overlapping = record.take();
    const auto firstEnd = std::ranges::find(overlapping, "end", [](const auto &entry) { return entry.first; });
    std::cout << "notify: " << firstEnd - overlapping.begin() << " had begun when the first ended\n";
    for (const Worker &worker : workers)
        std::cout << "    " << worker.name << ": " << worker.result << '\n';

    arrived.notifySequential({fileName, std::make_shared<Start>(1)}).waitForFinished();
    std::cout << "notifySequential:\n";
    for (const auto &[what, who] : record.take())
        std::cout << "    " << what << ' ' << who << '\n';

    for (Worker &worker : workers) {
        worker.thread.quit();
        worker.thread.wait();
    }
}
