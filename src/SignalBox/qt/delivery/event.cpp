// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/event.h>

#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qdebug.h>

namespace SignalBox::detail {

EventAttachment::~EventAttachment() = default;

void EventAttachment::letGo() noexcept
{
    delete this;
}

Event::~Event() = default;

void Event::destroy(FreedBlocks *freed) const noexcept
{
    const EventMemory::Offset offset = m_word.load(std::memory_order_relaxed) >> offsetShift;
    void *memory = entry();
    if (hasExtras()) {
        memory = extras();
        // Relaxed: nothing is attached any more, and the count of references ordered every attach() before this load.
        EventAttachment *next = extras()->attachments.load(std::memory_order_relaxed);
        while (EventAttachment *attachment = next) {
            next = attachment->m_next;
            attachment->letGo();
        }
        if (Completion *completion = extras()->completion)
            completion->dropReference();
    }
    this->~Event();
    if (freed)
        freed->add(memory, offset);
    else
        EventMemory::deallocate(memory, offset);
}

EventAttachment *Event::attachment(const void *key) const noexcept
{
    if (!hasExtras())
        return nullptr;
    // Acquire, partner of the release in attach(): weaker, and m_key and m_next of a node that another thread put in
    // front of ours might be read before they are written.
    EventAttachment *attachment = extras()->attachments.load(std::memory_order_acquire);
    while (attachment && attachment->m_key != key)
        attachment = attachment->m_next;
    return attachment;
}

void Event::attach(std::unique_ptr<EventAttachment> attachment) const noexcept
{
    if (!hasExtras())
        return;
    std::atomic<EventAttachment *> &first = extras()->attachments;
    EventAttachment *node = attachment.release();
    node->m_next = first.load(std::memory_order_relaxed);
    if (isSole()) {
        // The caller is the only holder. Handing the event on orders this before what other threads do with it.
        first.store(node, std::memory_order_relaxed);
        return;
    }
    // Release, partner of the acquire in attachment(). Relaxed on failure: the value is only stored and compared again.
    while (!first.compare_exchange_weak(node->m_next, node, std::memory_order_release, std::memory_order_relaxed)) {
    }
}

void warnOfUnseenType(const char *typeName)
{
    qCWarning(loggingCategory, "Events of type %s cannot be seen by QML, where they are undefined: a type that is copied "
                               "there has a default and a copy constructor", typeName);
}

} // namespace SignalBox::detail
