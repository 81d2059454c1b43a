// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/delivery/entrylist.h>

#include <list>
#include <utility>

namespace SignalBox::detail {

class Context;
class ContextMember;
class Mailbox;

using ContextMembers = std::list<ContextMember *>;

/*! A handler as its Context sees it. The context tells it of moves to other threads, and of its own end. */
class ContextMember
{
public:
    ContextMember(const ContextMember &) = delete;
    ContextMember &operator=(const ContextMember &) = delete;

    /*! The context leaves the calling thread, whose mailbox is \a left. Null: that thread has ended. */
    virtual void depart(Mailbox *left) noexcept = 0;
    /*! The context has arrived on the calling thread, whose mailbox is \a mailbox. If this sets \a opensAt, the caller calls openAt(). */
    virtual void arriveAt(Mailbox &mailbox, Mailbox *&opensAt) noexcept = 0;
    virtual void openAt(Mailbox &mailbox) noexcept = 0;
    /*! The context lives on a thread that has ended: moves what waits to \a kept, for dropKept(). */
    virtual void takeStranded(EntryList &kept) noexcept = 0;
    virtual void dropKept(EntryList &&kept) noexcept = 0;
    /*! The handler, which ends with the context. */
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

/*! An owner of a member. */
class OwnedMember
{
public:
    explicit OwnedMember(ContextMember &member) noexcept : m_member(&member) { m_member->addOwner(); }
    OwnedMember(OwnedMember &&other) noexcept : m_member(std::exchange(other.m_member, nullptr)) {}
    OwnedMember(const OwnedMember &) = delete;
    OwnedMember &operator=(const OwnedMember &) = delete;
    ~OwnedMember()
    {
        if (m_member)
            m_member->dropOwner();
    }

    ContextMember *operator->() const noexcept { return m_member; }

private:
    ContextMember *m_member; // null: moved from
};

} // namespace SignalBox::detail
