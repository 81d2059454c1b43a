// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/sourcelocation.h>
#    include <SignalBox/qt/coroutines/taskdriver.h>
#endif
#include <SignalBox/qt/registry/asyncregistry.h>
#include <SignalBox/qt/streams/eventstream.h>

#include <QtCore/qstring.h>

#include <optional>

namespace SignalBox {

/*!
    \class SignalBox::NextEvent
    \brief The next event of an AsyncRegistry, for a Task. Made by AsyncRegistry::next() without a context.

    `co_await registry.next()` gives an std::optional<E>: a copy of the next event, or nothing when the registry dies. For E = void it
    gives a bool. Events that come between two awaits are not seen: for all of them, use an EventStream.

    \threadsafety A Task awaits it on the thread of its context; the registry may belong to another thread.

    \errors Throws std::bad_alloc, and what copying the event throws.

    \cost A registration. EventStream costs one for all its events.

    \lifetime Await it at once. The registry must be alive when the await begins, and may die afterwards.

    \code
    while (const auto saved = co_await document->saved.next())
        show(*saved);
    \endcode
*/
template <class E>
class NextEvent
{
public:
    //! \cond What co_await uses
    class TaskWait final
    {
    public:
        explicit TaskWait(const NextEvent &next) noexcept : m_next(next) {}
        Q_DISABLE_COPY_MOVE(TaskWait)
        ~TaskWait() = default;

        bool hasCome() const noexcept { return m_hasEnded || (m_event && m_event->hasCome()); }
        bool isReady() const noexcept { return false; }
        void begin(detail::TaskDriver &driver)
        {
            m_stream.emplace(m_next.m_registry.stream(driver.context(), {.name = QStringLiteral("next()")}, m_next.m_location));
            m_event.emplace(*m_stream);
            m_hasEnded = m_event->isReady();
            if (m_hasEnded)
                driver.resume();
            else
                m_event->begin(driver);
        }
        typename EventStream<E>::Next result() { return m_event->result(); }

    private:
        const NextEvent m_next;
        std::optional<EventStream<E>> m_stream;
        std::optional<typename EventStream<E>::TaskWait> m_event;
        bool m_hasEnded = false; // at once: the registry has refused
    };

    NextEvent(AsyncRegistry<E> &registry, const SourceLocation &location) noexcept : m_registry(registry), m_location(location) {}
    //! \endcond

private:
    AsyncRegistry<E> &m_registry;
    SourceLocation m_location;
};

} // namespace SignalBox
