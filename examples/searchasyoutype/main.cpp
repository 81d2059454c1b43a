// SPDX-License-Identifier: MIT
//
// A search in three thousand books that begins anew with each letter, and a question for each book that another program changes.
//
// What makes it work: the search runs in a pool, gets the newest query only, and asks hasNewerEvent() before each book, so it gives up as soon as
// the user has typed on (search.cpp). The handler that opens a dialog has Nested::Wait: the next book waits until that dialog is closed, in order,
// while hits go on coming (searchwindow.cpp).

#include "floodoptions.h"
#include "searchwindow.h"
#include "windowoptions.h"

#include <QtCore/qtimer.h>
#include <QtWidgets/qapplication.h>

#include <cstdio>

int main(int argc, char *argv[])
{
    choosePlatform();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("searchasyoutype"));
    const WindowOptions options =
            WindowOptions::read(application,
                                QStringLiteral("Searches books while the user types. Without a display it types "
                                               "itself, and saves a picture of its window."));
    SearchWindow window(makeLibrary(3000));
    QTimer typist;
    const QString typed = QStringLiteral("lantern harbour");
    if (options.seconds > 0) {
        QObject::connect(&typist, &QTimer::timeout, &window, [&, length = 0]() mutable {
            if (length < typed.size())
                window.type(typed.left(++length));
        });
        typist.start(30);
    }
    const int exitCode = showWindow(window, options);
    std::fputs(qPrintable(QStringLiteral("%1 of %2 searches gave up, %3 books\n")
                                  .arg(window.givenUp())
                                  .arg(window.begun())
                                  .arg(window.hits())),
               stdout);
    return exitCode;
}
