// SPDX-License-Identifier: MIT
#pragma once

#include "waitfor.h"

#include <SignalBox/EventModel>

#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>

#include <stdexcept>
#include <vector>

// An event with properties.
struct Tick
{
    Q_GADGET
    Q_PROPERTY(QString symbol MEMBER symbol)
    Q_PROPERTY(int price MEMBER price)

public:
    QString id() const
    {
        if (symbol.isEmpty())
            throw std::runtime_error("no symbol");
        return symbol;
    }

    QString symbol;
    int price = 0;
};

// A model that is checked at each change.
struct CheckedModel : SignalBox::EventModel
{
    explicit CheckedModel(SignalBox::RegistryObject *registry = nullptr)
    {
        connect(this, &SignalBox::EventModel::receivedChanged, this, [this] { told = received(); });
        setRegistry(registry);
    }

    // Runs the event loop until all events have come, and those that can be are rows.
    bool comesTo(int rows, quint64 all)
    {
        return waitFor([&] { return count() == rows && told == all; });
    }
    // Has what `post` posts become rows in one step: a drain may give way in the middle, and then there are two.
    template <class F>
    bool showsInOneBlock(F post, quint64 all)
    {
        setPaused(true);
        post();
        const bool haveCome = waitFor([&] { return received() == all; });
        setPaused(false);
        return haveCome;
    }
    std::vector<int> numbers(const char *column = "value") const
    {
        std::vector<int> result;
        for (int row = 0; row < count(); ++row)
            result.push_back(value(row, QString::fromLatin1(column)).toInt());
        return result;
    }

    quint64 told = 0;
    QAbstractItemModelTester tester{this, QAbstractItemModelTester::FailureReportingMode::QtTest};
    QSignalSpy inserted{this, &QAbstractItemModel::rowsInserted};
    QSignalSpy removed{this, &QAbstractItemModel::rowsRemoved};
    QSignalSpy moved{this, &QAbstractItemModel::rowsMoved};
    QSignalSpy changed{this, &QAbstractItemModel::dataChanged};
    QSignalSpy wasReset{this, &QAbstractItemModel::modelReset};
};

// The whole numbers from `from` to before `to`.
inline std::vector<int> range(int from, int to)
{
    std::vector<int> result;
    for (int i = from; i < to; ++i)
        result.push_back(i);
    return result;
}

inline QString symbolOf(int number)
{
    return QStringLiteral("S%1").arg(number);
}
