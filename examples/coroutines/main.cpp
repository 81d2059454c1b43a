// SPDX-License-Identifier: MIT
//
// A search box: it waits until the typing rests, reads the files of a folder in a pool, four at a time, tries again what cannot be read just
// now, shows how far it is, and stops when its time is over. The window may close at any moment.
//
// What makes it work: searchwindow.cpp is three coroutines, and reads from top to bottom. They belong to the window, so they end with it, wherever
// they wait; a new letter ends them, too. No flag, no generation counter, no QPointer.

#include "searchwindow.h"

#include <QtCore/qcommandlineparser.h>
#include <QtCore/qdir.h>
#include <QtGui/qpixmap.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qlineedit.h>

#include <cstdio>

namespace {

// Without a user: types, and saves a picture when the search has ended.
int savePicture(SearchWindow &window, const QString &text, const QString &path)
{
    window.show();
    window.findChild<QLineEdit *>(QStringLiteral("edit"))->setText(text);
    while (window.isSearching())
        QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    if (!window.grab().save(path)) {
        std::fputs(qPrintable(QStringLiteral("coroutines: cannot save a picture as %1\n").arg(path)), stderr);
        return 1;
    }
    std::fputs(qPrintable(QStringLiteral("saved %1\n").arg(path)), stdout);
    return 0;
}

} // namespace

int main(int argc, char *argv[])
{
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("coroutines"));
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Searches the text files of a folder while you type."));
    parser.addHelpOption();
    parser.addPositionalArgument(QStringLiteral("folder"), QStringLiteral("The folder; by default the current one."));
    const QCommandLineOption search(QStringLiteral("search"),
                                    QStringLiteral("Searches for <text>, saves a picture, and ends."),
                                    QStringLiteral("text"));
    const QCommandLineOption picture(QStringLiteral("screenshot"), QStringLiteral("The picture."),
                                     QStringLiteral("file"), QStringLiteral("coroutines.png"));
    parser.addOptions({search, picture});
    parser.process(application);
    const QStringList arguments = parser.positionalArguments();
    SearchWindow window(QDir(arguments.isEmpty() ? QDir::currentPath() : arguments.first()).absolutePath());
    if (parser.isSet(search))
        return savePicture(window, parser.value(search), parser.value(picture));
    window.show();
    return QApplication::exec();
}
