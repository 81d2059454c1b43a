// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/delivery/entrylist.h>

#include <list>

namespace SignalBox::detail {

class Context;
class ContextMember;
class Mailbox;

using ContextMembers = std::list<ContextMember *>;

/*!
    What a Context tells a handler that belongs to it: the context moves to another thread, and it dies.
*/
class ContextMember
{
public:
    ContextMember(const ContextMember &) = delete;
    ContextMember &operator=(const ContextMember &) = delete;

    /*! \a left: the mailbox of the calling thread, which the context leaves; null where that thread is over. */
    virtual void depart(Mailbox *left) noexcept = 0;
    /*! The context lives on this thread, that of \a mailbox. If \a opensAt is set, openAt() has to follow. */
    virtual void arriveAt(Mailbox &mailbox, Mailbox *&opensAt) noexcept = 0;
    virtual void openAt(Mailbox &mailbox) noexcept = 0;
    /*! It lives on a thread that has ended: what waits is \a kept, for dropKept(). */
    virtual void takeStranded(EntryList &kept) noexcept = 0;
    virtual void dropKept(EntryList &&kept) noexcept = 0;
    /*! What ends with the context. */
    virtual const HandlerReference &handler() const noexcept = 0;

    virtual void addOwner() noexcept = 0;
    virtual void dropOwner() noexcept = 0;

protected:
    ContextMember() = default;
    ~ContextMember() = default;

private:
    friend class Context;

    // The context's, under its mutex.
    ContextMembers *m_list = nullptr; // that it is in; null: removed
    ContextMembers::iterator m_place;
};

} // namespace SignalBox::detail
