// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

namespace SignalBox::detail {

class EntryQueue;

/*! What waits to be served by the TaskHub of a context. A node of its list, so that nothing is allocated. */
class SIGNALBOX_QT_EXPORT HubEntry
{
public:
    Q_DISABLE_COPY_MOVE(HubEntry)

protected:
    HubEntry() noexcept = default;
    virtual ~HubEntry() = default;

private:
    friend class EntryQueue;
    friend class TaskHub;

    /*! On the context's thread. It is in no queue any more, and may be gone on return. */
    virtual void serve() noexcept = 0;
    /*! Instead of serve(), when the context has died. */
    virtual void drop() noexcept {}

    // Under the mutex of the hub.
    EntryQueue *m_queue = nullptr;
    HubEntry *m_previous = nullptr;
    HubEntry *m_next = nullptr;
};

} // namespace SignalBox::detail
