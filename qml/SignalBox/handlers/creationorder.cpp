// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/creationorder.h>

#include <QtQml/qqml.h>

namespace SignalBox::detail {

namespace {

thread_local constinit CreationOrder *last = nullptr; // of all that are being created on this thread

} // namespace

CreationOrder::~CreationOrder()
{
    leave();
}

void CreationOrder::beginCreation() noexcept
{
    m_state = State::Created;
    m_previous = last;
    if (m_previous)
        m_previous->m_next = this;
    last = this;
}

void CreationOrder::completeCreation()
{
    if (mustWait()) {
        m_state = State::Waiting;
        return;
    }
    CreationOrder *const next = m_next;
    unlink();
    completeInOrder();
    completeWaiting(next);
}

// What it completes registers handlers and runs bindings, but destroys no element of a file that is still being created.
void CreationOrder::completeWaiting(CreationOrder *first)
{
    for (CreationOrder *element = first; element;) {
        CreationOrder *const next = element->m_next;
        if (element->m_state == State::Waiting && !element->mustWait()) {
            element->unlink();
            element->completeInOrder();
        }
        element = next;
    }
}

void CreationOrder::leave()
{
    if (m_state == State::Idle)
        return;
    CreationOrder *const next = m_next;
    unlink();
    completeWaiting(next);
}

void CreationOrder::unlink() noexcept
{
    if (m_previous)
        m_previous->m_next = m_next;
    if (m_next)
        m_next->m_previous = m_previous;
    else
        last = m_previous;
    m_previous = nullptr;
    m_next = nullptr;
    m_state = State::Idle;
}

bool CreationOrder::isSameFile(const CreationOrder *other) const
{
    return qmlContext(m_element) == qmlContext(other->m_element);
}

bool CreationOrder::mustWait() const
{
    for (const CreationOrder *other = m_previous; other; other = other->m_previous) {
        if (isSameFile(other))
            return true;
    }
    return false;
}

} // namespace SignalBox::detail
