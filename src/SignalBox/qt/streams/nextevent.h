// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/sourcelocation.h>
#    include <SignalBox/qt/coroutines/taskdriver.h>
#endif
#include <SignalBox/qt/registry/asyncregistry.h>
#include <SignalBox/qt/streams/eventstream.h>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <memory>
#include <optional>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::NextEvent
    \brief The next event of an AsyncRegistry, for a Task. Made by AsyncRegistry::next() without a context.

    `co_await registry.next()` gives an std::optional<E>: a copy of the next event, or nothing when the registry dies. For E = void it
    gives a bool. Events that come between two awaits are not seen, except for those that were under way to the thread: for all of them, use an
    EventStream.

    \threadsafety A Task awaits it on the thread of its context; the registry may belong to another thread.

    \errors Throws std::bad_alloc, and what copying the event throws.

    \cost The first one of a task is a registration. The handler stays for the next one until the task ends, or an event comes that nobody awaits.

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
        // The stream of a task's awaits.
        class Kept final : public detail::TaskKept
        {
        public:
            Kept(const NextEvent &next, QObject *context)
                : TaskKept(&kind, &next.m_registry), stream(next.m_registry.stream(context, {.name = QStringLiteral("next()")}, next.m_location))
            {
                if (stream.m_state)
                    stream.m_state->endUnawaited();
            }

            static constexpr char kind = 0;
            EventStream<E> stream;

        private:
            bool isOver() const noexcept override { return stream.isOver(); }
        };

    public:
        explicit TaskWait(const NextEvent &next) noexcept : m_next(next) {}
        Q_DISABLE_COPY_MOVE(TaskWait)
        ~TaskWait() = default;

        bool hasCome() const noexcept { return m_event && m_event->hasCome(); }
        bool isReady() const noexcept { return false; }
        void begin(detail::TaskDriver &driver)
        {
            auto *kept = static_cast<Kept *>(driver.kept(&Kept::kind, &m_next.m_registry));
            // Its end may not have come from the loop yet, and another registry have taken the place.
            if (!kept || !m_next.m_registry.contains(kept->stream.id())) {
                auto first = std::make_unique<Kept>(m_next, driver.context());
                kept = first.get();
                driver.keep(std::move(first));
            }
            m_event.emplace(kept->stream);
            m_event->begin(driver);
        }
        typename EventStream<E>::Next result() { return m_event->result(); }

    private:
        const NextEvent m_next;
        std::optional<typename EventStream<E>::TaskWait> m_event;
    };

    NextEvent(AsyncRegistry<E> &registry, const SourceLocation &location) noexcept : m_registry(registry), m_location(location) {}
    //! \endcond

private:
    AsyncRegistry<E> &m_registry;
    SourceLocation m_location;
};

} // namespace SignalBox
