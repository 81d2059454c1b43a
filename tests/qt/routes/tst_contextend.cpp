// SPDX-License-Identifier: MIT
#include "../core/fences.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Connect>

#include <QtTest/qtest.h>

#include <memory>
#include <vector>

using SignalBox::AsyncRegistry;

// What the end of a context costs that has many handlers.
class ContextEnd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlersOfOneContextEndWithOneFence()
    {
        constexpr int registryCount = 3;
        constexpr int handlerCount = 20; // of each: no list is due to be freed meanwhile
        std::vector<std::unique_ptr<AsyncRegistry<int>>> registries;
        const auto owned = std::make_shared<int>(0);
        auto context = std::make_unique<QObject>();
        QObject other;
        for (int i = 0; i < registryCount; ++i) {
            registries.push_back(std::make_unique<AsyncRegistry<int>>());
            for (int j = 0; j < handlerCount; ++j)
                registries.back()->registerHandler(context.get(), [owned](const int &) {});
            registries.back()->registerHandler(&other, [owned](const int &) {});
        }
        const FenceCount fences;
        context.reset();
        QCOMPARE(fences.value(), 1);
        QCOMPARE(owned.use_count(), 1 + registryCount);
        for (const auto &registry : registries)
            QCOMPARE(registry->handlerCount(), 1);
    }

    // Each connect() has a registry of its own, which ends with its handler and pays a fence for that.
    void connectionsOfOneContextPayOneFenceBesideThoseOfTheirRegistries()
    {
        constexpr int count = 50;
        QObject sender;
        const auto owned = std::make_shared<int>(0);
        auto context = std::make_unique<QObject>();
        for (int i = 0; i < count; ++i)
            SignalBox::connect(&sender, &QObject::objectNameChanged, context.get(), [owned](const QString &) {});
        const FenceCount fences;
        context.reset();
        QCOMPARE(fences.value(), count + 1);
        QCOMPARE(owned.use_count(), 1);
    }
};

QTEST_GUILESS_MAIN(ContextEnd)
#include "tst_contextend.moc"
