// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/sourcelocation.h>

#    include <concepts>
#endif
#include <SignalBox/qt/registry/handlertarget.h>

#include <QtCore/qobject.h>

namespace SignalBox::detail {

/*! The target of a spawn() with arguments, and the place of the call: a parameter behind a pack of arguments has no default. */
template <class Object>
class SpawnTarget
{
public:
    template <class Pointer>
        requires(std::convertible_to<const Pointer &, Object *> && std::convertible_to<const Pointer &, QObject *> && !AmbiguousTarget<Pointer>)
    SpawnTarget(const Pointer &pointer, SourceLocation location = SourceLocation::current())
        : m_object(pointer), m_context(pointer), m_location(location)
    {
    }

    Object *object() const noexcept { return m_object; }
    QObject *context() const noexcept { return m_context; }
    const SourceLocation &location() const noexcept { return m_location; }

private:
    Object *m_object;
    QObject *m_context; // the same object: Object may be a base of it that is no QObject
    SourceLocation m_location;
};

template <>
class SpawnTarget<ThreadTarget>
{
public:
    SpawnTarget(ThreadTarget target, SourceLocation location = SourceLocation::current()) : m_target(target), m_location(location) {}

    ThreadTarget context() const noexcept { return m_target; }
    const SourceLocation &location() const noexcept { return m_location; }

private:
    ThreadTarget m_target;
    SourceLocation m_location;
};

template <class Member>
struct ObjectOfMember
{
};
template <class Function, class Object>
struct ObjectOfMember<Function Object::*>
{
    using Type = Object;
};

} // namespace SignalBox::detail
