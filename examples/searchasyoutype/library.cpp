// SPDX-License-Identifier: MIT
#include "library.h"

#include <QtCore/qstringlist.h>

#include <algorithm>
#include <random>

namespace {

const QStringList &words()
{
    static const QStringList all =
            QStringLiteral("the of and a in that was his with as for had on her at by which not from but "
                           "harbour lantern river signal winter island letter captain garden storm mountain silver "
                           "window bridge thread silence morning journey shadow tower forest market stranger compass "
                           "was said came went saw found left kept heard wrote waited opened remembered crossed")
                    .split(u' ');
    return all;
}

constexpr int firstNoun = 20;
constexpr int nounCount = 24;

QString makeText(std::mt19937 &random, int wordCount)
{
    QString text;
    text.reserve(6 * wordCount);
    for (int i = 0; i < wordCount; ++i) {
        text += words()[qsizetype(random() % std::size_t(words().size()))];
        text += i % 12 == 11 ? u'.' : u' ';
        if (i % 12 == 11)
            text += u' ';
    }
    return text;
}

} // namespace

Library makeLibrary(int count)
{
    auto books = std::make_shared<std::vector<Book>>();
    std::mt19937 random(1);
    for (int i = 0; i < count; ++i) {
        const QString noun = words()[firstNoun + qsizetype(random() % nounCount)];
        const QString other = words()[firstNoun + qsizetype(random() % nounCount)];
        books->push_back(
                {QStringLiteral("The %1 and the %2, volume %3").arg(noun, other).arg(i + 1), makeText(random, 1500)});
    }
    return books;
}

Library readAgain(const Library &library, const QString &title)
{
    auto books = std::make_shared<std::vector<Book>>(*library);
    const auto book =
            std::find_if(books->begin(), books->end(), [&](const Book &candidate) { return candidate.title == title; });
    if (book != books->end())
        book->text = QStringLiteral("A new beginning. ") + book->text;
    return books;
}
