// SPDX-License-Identifier: MIT
#include "exchange.h"
#include "quotesmodel.h"
#include "way.h"

#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qtest.h>

Q_DECLARE_METATYPE(Way::Kind)

class Parts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachWayShowsTheLastQuoteOfEachSymbol_data()
    {
        QTest::addColumn<Way::Kind>("kind");
        QTest::newRow("queued signals") << Way::Kind::QueuedSignals;
        QTest::newRow("throttle") << Way::Kind::Throttle;
        QTest::newRow("by hand") << Way::Kind::ByHand;
        QTest::newRow("SignalBox") << Way::Kind::SignalBox;
    }

    void eachWayShowsTheLastQuoteOfEachSymbol()
    {
        QFETCH(Way::Kind, kind);
        constexpr int symbols = 200; // the tester looks at each row for each change
        const auto way = Way::make(kind, symbols);
        QAbstractItemModel &model = *way->model();
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        Exchange exchange(*way, symbols);
        exchange.setRate(2000);
        QTRY_VERIFY(model.rowCount() > 2);
        const QString third = model.index(2, SymbolColumn).data().toString();
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), symbols, 30000);
        exchange.stop();
        QTRY_VERIFY(exchange.isShownBy(model));
        // Rows never move.
        QCOMPARE(model.index(2, SymbolColumn).data().toString(), third);
        QCOMPARE(model.columnCount(), int(QuoteColumnCount));
    }

    void changesOfNeighboursAreOneChange()
    {
        QuotesModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto quotes = [](std::initializer_list<const char *> symbols, double price) {
            std::vector<Quote> result;
            for (const char *symbol : symbols) {
                Quote quote;
                quote.symbol = QString::fromLatin1(symbol);
                quote.price = price;
                result.push_back(quote);
            }
            return result;
        };
        model.update(quotes({"a", "b", "c", "d", "a"}, 1));
        QCOMPARE(model.rowCount(), 4);
        QList<std::pair<int, int>> runs;
        connect(&model, &QAbstractItemModel::dataChanged, this,
                [&](const QModelIndex &first, const QModelIndex &last) { runs.append({first.row(), last.row()}); });
        model.update(quotes({"d", "b", "a", "b"}, 2));
        QCOMPARE(runs, (QList<std::pair<int, int>>{{0, 1}, {3, 3}}));
        QCOMPARE(model.index(1, PriceColumn).data().toDouble(), 2.0);
        QCOMPARE(model.index(2, PriceColumn).data().toDouble(), 1.0);
    }
};

QTEST_GUILESS_MAIN(Parts)
#include "tst_parts.moc"
