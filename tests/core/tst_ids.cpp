// SPDX-License-Identifier: MIT
#include "barrier.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#if defined(QT_VERSION)
#    include <QtCore/qhash.h>
#    include <QtCore/qset.h>
#endif

#include <atomic>
#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <vector>

using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

static_assert(sizeof(HandlerId) == 8 && std::is_trivially_copyable_v<HandlerId>);
static_assert(std::is_nothrow_default_constructible_v<HandlerId>);
static_assert(!std::is_constructible_v<HandlerId, std::uint64_t>, "only the library makes ids");
static_assert(!std::is_convertible_v<HandlerId, std::uint64_t> && !std::is_convertible_v<HandlerId, bool>);
static_assert(std::three_way_comparable<HandlerId, std::strong_ordering>);
static_assert(!HandlerId().isValid() && HandlerId().value() == 0);
static_assert(noexcept(std::declval<Registry &>().unregister(HandlerId())));
static_assert(noexcept(std::declval<Registry &>().unregisterAndWait(HandlerId())));
static_assert(noexcept(std::declval<Registry &>().setEnabled(HandlerId(), true)));
static_assert(noexcept(std::declval<Registry &>().clear()));
static_assert(noexcept(std::declval<const Registry &>().contains(HandlerId())));
static_assert(noexcept(std::declval<const Registry &>().handlerCount()));
static_assert(noexcept(std::declval<const Registry &>().isEmpty()));

namespace {

// Whether `registry` refuses `id` in every call that takes one, and is not changed by it.
bool refuses(Registry &registry, HandlerId id)
{
    const auto rows = [&registry] {
        std::vector<std::tuple<HandlerId, int, bool>> result;
        for (const SignalBox::HandlerInfo &row : registry.handlers())
            result.emplace_back(row.id, row.priority, row.enabled);
        return result;
    };
    const auto before = rows();
    const auto called = registry.notify(0).called;
    const bool isRefused = !registry.contains(id) && !registry.unregister(id) && !registry.unregisterAndWait(id)
        && !registry.setEnabled(id, false) && !registry.setEnabled(id, true) && !registry.setPriority(id, 7);
    return isRefused && rows() == before && registry.notify(0).called == called;
}

} // namespace

class Ids : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void invalidIdIsRefused()
    {
        Registry registry;
        QVERIFY(refuses(registry, {}));
        registry.registerHandler([](const int &) {});
        QVERIFY(refuses(registry, {}));
    }

    void idOfAnotherRegistryIsRefused()
    {
        Registry registry;
        Registry other;
        SignalBox::SyncRegistry<char> third;
        std::vector<HandlerId> foreign;
        for (int i = 0; i < 100; ++i) {
            registry.registerHandler([](const int &) {});
            foreign.push_back(other.registerHandler([](const int &) {}));
            foreign.push_back(third.registerHandler([](const char &) {}));
        }
        for (const HandlerId id : foreign)
            QVERIFY(refuses(registry, id));
        QCOMPARE(registry.handlerCount(), 100U);
        QCOMPARE(other.handlerCount(), 100U);
    }

    void idOfADestroyedRegistryIsRefused()
    {
        HandlerId id;
        {
            Registry registry;
            id = registry.registerHandler([](const int &) {});
        }
        Registry registry;
        registry.registerHandler([](const int &) {});
        QVERIFY(refuses(registry, id));
    }

    void idThatIsGoneIsRefused()
    {
        Registry registry;
        const HandlerId unregistered = registry.registerHandler([](const int &) {});
        const HandlerId waitedFor = registry.registerHandler([](const int &) {});
        const HandlerId fired = registry.registerHandler([](const int &) {}, {.once = true});
        const HandlerId guarded = registry.registerGuard([](const int &) {}).id();
        const HandlerId cleared = registry.registerHandler([](const int &) {});
        QVERIFY(registry.unregister(unregistered));
        QVERIFY(registry.unregisterAndWait(waitedFor));
        registry.notify(0);
        registry.clear();
        const HandlerId successor = registry.registerHandler([](const int &) {});
        for (const HandlerId id : {unregistered, waitedFor, fired, guarded, cleared}) {
            QVERIFY(id.isValid());
            QVERIFY(refuses(registry, id));
        }
        QVERIFY(registry.contains(successor));
    }

    void idsAreNeverReusedAndGrow()
    {
        Registry registry;
        Registry other;
        HandlerId last;
        for (int i = 0; i < 10000; ++i) {
            Registry &one = i % 3 == 0 ? other : registry;
            const HandlerId id = one.registerHandler([](const int &) {});
            QVERIFY(id.isValid());
            QVERIFY(last < id);
            last = id;
            if (i % 2 == 0)
                QVERIFY(one.unregister(id));
        }
    }

    void idsAreUniqueAcrossThreads()
    {
        constexpr int threadCount = 4;
        constexpr int perThread = 5000;
        Registry shared;
        std::vector<std::vector<HandlerId>> given(threadCount);
        {
            Barrier start(threadCount);
            std::vector<std::jthread> threads;
            for (std::vector<HandlerId> &ids : given) {
                threads.emplace_back([&shared, &start, &ids] {
                    Registry own;
                    start.arriveAndWait();
                    for (int i = 0; i < perThread; ++i) {
                        Registry &registry = i % 2 == 0 ? shared : own;
                        ids.push_back(registry.registerHandler([](const int &) {}));
                        if (i % 4 != 0)
                            registry.unregister(ids.back());
                    }
                });
            }
        }
        std::set<HandlerId> all;
        for (const std::vector<HandlerId> &ids : given) {
            QVERIFY(std::is_sorted(ids.begin(), ids.end()));
            all.insert(ids.begin(), ids.end());
        }
        QCOMPARE(all.size(), static_cast<std::size_t>(threadCount * perThread));
        QCOMPARE(shared.handlerCount(), static_cast<std::size_t>(threadCount * perThread / 4));
    }

    void unregisterIsTrueForExactlyOneOfFourThreads()
    {
        constexpr int threadCount = 4;
        constexpr int rounds = 3000;
        Registry registry;
        HandlerId id = registry.registerHandler([](const int &) {});
        std::atomic<int> winners = 0;
        int wrong = 0;
        Barrier decided(threadCount, [&]() noexcept {
            wrong += winners.exchange(0) != 1 || registry.contains(id) || !registry.isEmpty();
            id = registry.registerHandler([](const int &) {});
        });
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < threadCount; ++i) {
                threads.emplace_back([&, i] {
                    for (int round = 0; round < rounds; ++round) {
                        winners += i % 2 == 0 ? registry.unregister(id) : registry.unregisterAndWait(id);
                        decided.arriveAndWait();
                    }
                });
            }
        }
        QCOMPARE(wrong, 0);
    }

    void idComparesAndCopiesLikeANumber()
    {
        Registry registry;
        const HandlerId first = registry.registerHandler([](const int &) {});
        const HandlerId second = registry.registerHandler([](const int &) {});
        const HandlerId copy = first;
        QVERIFY(copy == first && first != second && first < second && second > copy);
        QVERIFY(HandlerId() < first);
        QVERIFY(HandlerId() == HandlerId());
        QVERIFY(first.value() != 0 && first.value() < second.value());
        const std::map<HandlerId, int> map{{second, 2}, {first, 1}};
        QCOMPARE(map.begin()->second, 1);
    }

    void idHashesForStandardAndQtContainers()
    {
        Registry registry;
        std::unordered_set<HandlerId> standard;
        std::set<std::size_t> hashes;
        for (int i = 0; i < 1000; ++i) {
            const HandlerId id = registry.registerHandler([](const int &) {});
            standard.insert(id);
            hashes.insert(std::hash<HandlerId>()(id));
        }
        QCOMPARE(standard.size(), 1000U);
        QCOMPARE(hashes.size(), 1000U);
#if defined(QT_VERSION)
        QSet<HandlerId> qt;
        QHash<HandlerId, int> values;
        for (const HandlerId id : standard) {
            qt.insert(id);
            values.insert(id, static_cast<int>(qt.size()));
            QCOMPARE(values.value(id), qt.size());
        }
        QCOMPARE(qt.size(), 1000);
        QVERIFY(!qt.contains(HandlerId()));
        QCOMPARE(qHash(HandlerId(), 5U), qHash(HandlerId(), 5U));
#endif
    }

    void idIsPrintable()
    {
        Registry registry;
        const HandlerId id = registry.registerHandler([](const int &) {});
        std::ostringstream stream;
        stream << id << ' ' << HandlerId();
        QCOMPARE(stream.str(), "HandlerId(" + std::to_string(id.value()) + ") HandlerId()");
        QCOMPARE(id.toString(), "HandlerId(" + std::to_string(id.value()) + ")");
        QCOMPARE(HandlerId().toString(), std::string("HandlerId()"));
    }
};

QTEST_APPLESS_MAIN(Ids)
#include "tst_ids.moc"
