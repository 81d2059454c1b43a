// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

#include <memory>
#include <vector>

struct Book
{
    QString title;
    QString text;
};

// Never changed while a search may read it: a change makes a new one, which shares its texts.
using Library = std::shared_ptr<const std::vector<Book>>;

// Invented books, always the same ones.
Library makeLibrary(int count);
// The same with the book read again, after another program has changed it.
Library readAgain(const Library &library, const QString &title);
