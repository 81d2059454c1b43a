// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/backlogs/valuetype.h>

#include <QtCore/qglobal.h>

#include <compare>
#include <cstddef>
#include <functional>
#include <iterator>
#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::EventBatch
    \brief The events that waited for a handler: a sized random-access range of `const E &`.

    A handler of `const EventBatch<E> &` is called once for all events that wait for it, not once per event. No event is
    copied. Each producer's events are in their order, the oldest first. Name the type: a generic lambda, `[](const auto &batch)`,
    accepts single events, too, and so gets those; batches() says that it is meant for batches.

    \threadsafety Reentrant. During the call, any number of threads may read the batch.

    \cost Nothing is copied. A batch takes one pointer per event; the next batch uses that memory again. post() moves an event into the
    handler's own store if all of this holds: the registry has no other handler; the backlog is Backlog::all(), with any time and without
    functions; E has at most 256 bytes, and moving it does not throw. The store consists of
    pages of four kilobytes, so that one in four hundred posts of an int allocates. It keeps one page, and frees the others after
    the call.

    \errors Nothing fails. An exception of the handler is one failure, and each event of the batch counts as failed.

    \lifetime The batch and its events are valid until the handler returns. A handler that returns a QFuture, or is a
    coroutine, has to copy what it needs after that.

    \code
    lines.registerHandler(&view, [&](const SignalBox::EventBatch<QString> &batch) {
        for (const QString &line : batch)
            view.append(line);
    }, {.backlog = SignalBox::Backlog::all().every(16)});
    \endcode
*/
template <class E>
class EventBatch
{
    static_assert(!std::is_void_v<E>, "EventBatch<E>: E is not void; events without data have nothing to collect");

public:
    /*! The type of the events. */
    using value_type = E;
    /*! The type of a reference to an element. */
    using reference = const E &;
    /*! The same. */
    using const_reference = const E &;
    /*! A number of events. */
    using size_type = std::size_t;
    /*! A distance of iterators. */
    using difference_type = std::ptrdiff_t;

    /*! A random-access iterator. Valid as long as the batch. */
    class const_iterator
    {
    public:
        //! \cond What a random-access iterator has
        using iterator_category = std::random_access_iterator_tag;
        using value_type = E;
        using difference_type = std::ptrdiff_t;
        using pointer = const E *;
        using reference = const E &;

        const_iterator() noexcept = default;

        reference operator*() const noexcept { return valueOf(*m_place); }
        pointer operator->() const noexcept { return std::addressof(**this); }
        reference operator[](difference_type n) const noexcept { return valueOf(m_place[n]); }
        const_iterator &operator++() noexcept { return ++m_place, *this; }
        const_iterator operator++(int) noexcept { return const_iterator(m_place++); }
        const_iterator &operator--() noexcept { return --m_place, *this; }
        const_iterator operator--(int) noexcept { return const_iterator(m_place--); }
        const_iterator &operator+=(difference_type n) noexcept { return m_place += n, *this; }
        const_iterator &operator-=(difference_type n) noexcept { return m_place -= n, *this; }
        friend const_iterator operator+(const_iterator i, difference_type n) noexcept
        {
            return const_iterator(i.m_place + n);
        }
        friend const_iterator operator+(difference_type n, const_iterator i) noexcept
        {
            return const_iterator(i.m_place + n);
        }
        friend const_iterator operator-(const_iterator i, difference_type n) noexcept
        {
            return const_iterator(i.m_place - n);
        }
        friend difference_type operator-(const_iterator a, const_iterator b) noexcept { return a.m_place - b.m_place; }
        friend bool operator==(const_iterator a, const_iterator b) noexcept { return a.m_place == b.m_place; }
        friend auto operator<=>(const_iterator a, const_iterator b) noexcept { return a.m_place <=> b.m_place; }
        //! \endcond

    private:
        friend class EventBatch;
        explicit const_iterator(const detail::BatchItem *place) noexcept : m_place(place) {}

        const detail::BatchItem *m_place = nullptr;
    };
    /*! The same: the events are read only. */
    using iterator = const_iterator;

    Q_DISABLE_COPY_MOVE(EventBatch)

    /*! The oldest event. */
    const_iterator begin() const noexcept { return const_iterator(m_items); }
    /*! Behind the newest event. */
    const_iterator end() const noexcept { return const_iterator(m_items + size()); }
    /*! The number of events: at least one. */
    size_type size() const noexcept { return m_batch.size(); }
    /*! Always false, since a handler is not called without an event. For algorithms. */
    bool empty() const noexcept { return size() == 0; }
    /*! \a index is less than size(). */
    const E &operator[](size_type index) const noexcept { return valueOf(m_items[index]); }
    /*! The oldest event. */
    const E &front() const noexcept { return (*this)[0]; }
    /*! The newest event. */
    const E &back() const noexcept { return (*this)[size() - 1]; }

    /*!
        How many events the handler has lost since the batch before: its backlog dropped or merged them, it was paused when its thread
        reached them, or their deadline had passed.
    */
    quint64 lost() const noexcept { return m_batch.lost(); }

    //! \cond Made by AsyncRegistry
    explicit EventBatch(const detail::Batch &batch) noexcept : EventBatch(batch, batch.items()) {}
    EventBatch(const detail::Batch &batch, const detail::BatchItem *items) noexcept : m_batch(batch), m_items(items) {}
    //! \endcond

private:
    static const E &valueOf(const detail::BatchItem &item) noexcept
    {
        if constexpr (detail::ValueType::isStorable<E> || detail::mayHoldObjects<E>) {
            if (item.isValue())
                return *static_cast<const E *>(item.value());
        }
        return static_cast<const detail::StoredEvent<E> &>(item.event()).value();
    }

    const detail::Batch &m_batch;
    const detail::BatchItem *const m_items;
};

namespace detail {

/*! What batches() makes. */
template <class F>
struct Batches
{
    template <class E>
    decltype(auto) operator()(const EventBatch<E> &batch)
    {
        return std::invoke(function, batch);
    }

    F function;
};

template <class F>
constexpr bool isNullFunction(const Batches<F> &function)
{
    return isNullFunction(function.function);
}

} // namespace detail

/*!
    Makes a handler of batches of a callable that would take events as well, such as a generic lambda.

    \code
    lines.registerHandler(&view, SignalBox::batches([&](const auto &batch) { view.appendAll(batch); }));
    \endcode

    \relates EventBatch
*/
template <class F>
[[nodiscard]] detail::Batches<std::decay_t<F>> batches(F &&function)
{
    return {std::forward<F>(function)};
}

} // namespace SignalBox
