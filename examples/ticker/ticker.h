// SPDX-License-Identifier: MIT
#pragma once

#include "exchange.h"
#include "way.h"

#include <SignalBox/HandlerGuard>
#include <SignalBox/RegistryObject>

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>
#include <QtQml/qqmlregistration.h>

#include <memory>

// What the window shows.
class Ticker : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The program has one")
    Q_PROPERTY(QAbstractItemModel *model READ model CONSTANT FINAL)
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry CONSTANT FINAL)
    Q_PROPERTY(int rate READ rate WRITE setRate NOTIFY rateChanged FINAL)
    Q_PROPERTY(int maximumRate READ maximumRate CONSTANT FINAL)
    Q_PROPERTY(double sent READ sentAsNumber NOTIFY counted FINAL)
    Q_PROPERTY(double shown READ shownAsNumber NOTIFY counted FINAL)
    Q_PROPERTY(double longestFrame READ longestFrame NOTIFY counted FINAL)

public:
    Ticker(Way::Kind kind, int rate);
    ~Ticker() override;

    QAbstractItemModel *model() const { return m_way->model(); }
    SignalBox::RegistryObject *registry() const { return m_way->registry(); }
    const Way &way() const { return *m_way; }

    int rate() const { return m_rate; }
    int maximumRate() const { return Exchange::maximumRate; }
    void setRate(int rate);

    qint64 sent() const { return m_exchange->sent(); }
    // Quotes that became or changed a row.
    qint64 shown() const;
    // Milliseconds, of the last quarter of a second.
    double longestFrame() const { return m_longestFrame; }

    // By a column, or by none: -1.
    Q_INVOKABLE void sort(int column, Qt::SortOrder order) { model()->sort(column, order); }
    Q_INVOKABLE void setFilter(const QString &text) { m_way->setFilter(text); }
    // Now and then a symbol is not traded any more, and comes again later.
    void setDelisting(bool delisting) { m_exchange->setDelisting(delisting); }

    // No quotes come any more, and the model has the last ones: waits for that, half a minute at most.
    bool finish();

Q_SIGNALS:
    void rateChanged();
    void counted();

private:
    double sentAsNumber() const { return double(sent()); }
    double shownAsNumber() const { return double(shown()); }

    const std::unique_ptr<Way> m_way;
    qint64 m_shown = 0;
    int m_rate = 0;
    QTimer m_frames; // as Meter's
    QTimer m_counting;
    QElapsedTimer m_lastFrame;
    qint64 m_longest = 0; // nanoseconds
    double m_longestFrame = 0;
    std::unique_ptr<Exchange> m_exchange; // the first to end
};
