// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>
#include <SignalBox/qt/qt_export.h>

namespace SignalBox {

/*!
    Whether another event waits for the handler that the calling thread is in; of nested ones, the innermost. So a handler that takes long
    can stop as soon as its work is out of date. False outside of handlers, and in inline handlers, for which nothing ever waits.

    With Backlog::newest(), what waits is the newest event. Of a handler of batches, what counts has come after its batch was
    taken. Events that Backlog::where() refuses do not count.

    \threadsafety Thread-safe: each thread gets its own answer.
    \ordering A hint: an event that another thread is just posting may be seen late. An event that the calling thread has posted is seen.
    \cost Some nanoseconds, and with Backlog::newest(n) or oldest(n) a lock that is held for some instructions. No allocation.

    \code
    queries.registerHandler(SignalBox::inPool(QThreadPool::globalInstance()),
                            [&](const QString &query) {
                                for (const Document &document : documents) {
                                    if (SignalBox::hasNewerEvent())
                                        return; // the user has typed on
                                    if (document.text.contains(query))
                                        hits.post({query, document.name});
                                }
                            },
                            {.backlog = SignalBox::Backlog::newest()});
    \endcode
*/
[[nodiscard]] SIGNALBOX_QT_EXPORT bool hasNewerEvent() noexcept;

} // namespace SignalBox
