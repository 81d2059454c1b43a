// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetatype.h>
#include <QtCore/qobjectdefs.h>
#include <QtCore/qstring.h>

// What an exchange sends: the newest price of a symbol.
struct Quote
{
    Q_GADGET
    Q_PROPERTY(QString symbol MEMBER symbol)
    Q_PROPERTY(double price MEMBER price)
    Q_PROPERTY(double change MEMBER change)
    Q_PROPERTY(qint64 volume MEMBER volume)
    Q_PROPERTY(bool delisted MEMBER delisted)

public:
    QString symbol;
    double price = 0;
    double change = 0; // since the beginning, percent
    qint64 volume = 0;
    bool delisted = false; // the symbol is not traded any more
};

// Whatever model has the quotes: its columns.
enum QuoteColumn { SymbolColumn, PriceColumn, ChangeColumn, VolumeColumn, QuoteColumnCount };
