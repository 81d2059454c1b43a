// SPDX-License-Identifier: MIT
#pragma once

#include "library.h"

#include <QtCore/qstring.h>

#include <functional>

// What the user has typed, and where to look for it.
struct Query
{
    int number = 0; // later ones have greater numbers
    QString text;
    Library library;
};

// What a search tells the window: a book, or its end.
struct Found
{
    enum class Kind { Book, End, GivenUp };

    int query = 0;
    Kind kind = Kind::Book;
    QString title = {};
    QString place = {}; // the words around what was found
};

// Looks through all books, on the calling thread. Inside of a handler it gives up as soon as a newer query waits for that.
void search(const Query &query, const std::function<void(Found &&)> &tell);
