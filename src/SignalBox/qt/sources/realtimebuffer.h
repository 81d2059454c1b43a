// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/sources/source.h>
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/sources/realtimering.h>

#include <QtCore/qglobal.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*!
    The events of a RealtimeSource that wait, whatever their type: shared by the source, on any thread, and by a child of the registry, which
    looks at it on the registry's thread. It posts by the registry's Source, which outlives the registry.
*/
class SIGNALBOX_QT_EXPORT RealtimeBuffer : public std::enable_shared_from_this<RealtimeBuffer>
{
public:
    RealtimeBuffer(std::size_t capacity, std::shared_ptr<Source> source) noexcept;
    virtual ~RealtimeBuffer();
    Q_DISABLE_COPY_MOVE(RealtimeBuffer)

    /*! Whether a source can be made of these. Warns if not. */
    static bool isPossible(const QObject &registry, qsizetype capacity, std::chrono::milliseconds interval);
    /*! Begins to take events on the registry's thread, which is the calling one, until the source or the registry ends. Throws std::bad_alloc. */
    void serve(QObject &registry, std::chrono::milliseconds interval);

    /*! The number of events that offer() refused, or that waited when the registry ended. On any thread. */
    std::uint64_t lost() const noexcept;
    /*! The source ends. On any thread. */
    void end() noexcept;

    // --- on the registry's thread ----------------------------------------------------------------

    /*! Posts what waits when the call begins. Returns the number of events. */
    qsizetype take() noexcept;
    /*! As take(), for the program: on another thread it warns, and takes nothing. */
    qsizetype takeHere();
    bool hasAny() const noexcept;
    /*! Asked before take(): whether nothing more comes after it. */
    bool hasEnded() const noexcept { return m_ring.hasEnded(); }
    /*! The registry ends: nothing more is taken. Events that wait are destroyed, and counted as lost. */
    void close() noexcept;

protected:
    /*! In debug builds, for the time of an offer: finds two producers at a time. */
    class Offering
    {
    public:
#ifndef QT_NO_DEBUG
        explicit Offering(RealtimeBuffer &buffer) noexcept : m_buffer(buffer), m_isAlone(buffer.beginOffer()) {}
        ~Offering()
        {
            if (m_isAlone)
                m_buffer.m_isOffering.store(false, std::memory_order_release);
        }
        bool isAlone() const noexcept { return m_isAlone; }

    private:
        RealtimeBuffer &m_buffer;
        const bool m_isAlone;
#else
        explicit Offering(RealtimeBuffer &) noexcept {}
        ~Offering() {} // NOLINT(modernize-use-equals-default): it is not unused, then
        static constexpr bool isAlone() noexcept { return true; }
#endif
        Q_DISABLE_COPY_MOVE(Offering)
    };

    // Relaxed: the registry may have ended an instant later as well.
    bool isClosed() const noexcept { return m_isClosed.load(std::memory_order_relaxed); }
    // One writer: so without a locked instruction.
    void countLost() noexcept { m_lost.store(m_lost.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
    const Source &source() const noexcept { return *m_source; }

    // Posts the event in that place. Throws what post() throws; the place is empty then too.
    virtual void post(std::size_t place) = 0;
    virtual void destroy(std::size_t place) noexcept = 0;
    // Returns how many there were.
    std::uint64_t destroyAll() noexcept;

    RealtimeRing<DeliveryPlatform> m_ring;

private:
    bool beginOffer() noexcept;

    std::atomic<std::uint64_t> m_lost = 0; // the producer's; relaxed, as the next: numbers
    std::atomic<std::uint64_t> m_lostElsewhere = 0;
    std::atomic<bool> m_isOffering = false; // this and the next: of debug builds
    std::atomic<bool> m_hasWarned = false;
    std::atomic<bool> m_isClosed = false;
    const std::shared_ptr<Source> m_source;
    QObject *m_taker = nullptr; // the registry's thread's
};

/*! The same with its places. */
template <class Value>
class RealtimeBufferOf final : public RealtimeBuffer
{
public:
    /*! Throws std::bad_alloc. Each page of the places is touched here, and not by the producer. */
    RealtimeBufferOf(std::size_t capacity, std::shared_ptr<Source> source)
        : RealtimeBuffer(capacity, std::move(source)), m_places(std::make_unique<Place[]>(decltype(m_ring)::placesFor(capacity)))
    {
    }
    ~RealtimeBufferOf() override { destroyAll(); }

    bool offer(Value &&value) noexcept
    {
        const Offering offering(*this);
        if (!offering.isAlone())
            return false;
        if (!isClosed()) [[likely]] {
            if (const std::optional<std::size_t> place = m_ring.claim()) [[likely]] {
                ::new (m_places[*place].bytes) Value(std::move(value));
                m_ring.publish();
                return true;
            }
        }
        countLost();
        return false;
    }

private:
    struct Place
    {
        alignas(Value) std::byte bytes[sizeof(Value)];
    };

    Value &at(std::size_t place) noexcept { return *std::launder(reinterpret_cast<Value *>(m_places[place].bytes)); }

    void post(std::size_t place) override
    {
        Value value(std::move(at(place)));
        destroy(place);
        source().post(std::addressof(value), &eventOf<Value>);
    }
    void destroy(std::size_t place) noexcept override
    {
        at(place).~Value();
        m_ring.free();
    }

    const std::unique_ptr<Place[]> m_places;
};

} // namespace SignalBox::detail
