// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/sources/signalarguments.h>
#include <SignalBox/qt/sources/source.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qobject.h>

#include <memory>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*!
    The function that Qt calls when a signal is emitted, of the arguments that the event is made of. One thread gives it to
    Qt, and others get it from there: it says so to ThreadSanitizer, as HandOver does.
*/
template <class E, class Arguments>
class Emission;
template <class E, class... T>
class Emission<E, TypeList<T...>>
{
public:
    explicit Emission(std::shared_ptr<Source> source) : m_source(std::move(source)) { SanitizerOrder::release(this); }
    Emission(const Emission &other) : m_source(other.m_source) { SanitizerOrder::release(this); }
    ~Emission() { SanitizerOrder::acquire(this); }
    Emission &operator=(const Emission &) = delete;

    void operator()(const T &...arguments) const
    {
        SanitizerOrder::acquire(this);
        if (m_source->isHeard())
            post(arguments...);
        SanitizerOrder::release(this);
    }

private:
    void post(const T &...arguments) const
    {
        using Value = std::conditional_t<std::is_void_v<E>, NoEvent, E>;
        try {
            Value value = makeEvent<Value>(arguments...);
            m_source->post(std::addressof(value), &eventOf<Value>);
        } catch (...) {
            m_source->reportLost();
        }
    }

    const std::shared_ptr<Source> m_source;
};

/*! Whether Signal is a signal of Sender; says so if not. */
template <class Sender, class Signal>
constexpr bool checkSignal()
{
    static_assert(SignalPointer<Signal>, "the signal is a pointer to a member function: &Sender::signal, or qOverload<...>(&Sender::signal)");
    if constexpr (SignalPointer<Signal>) {
        constexpr bool isSendersSignal = std::is_base_of_v<typename SignalTraits<Signal>::Class, Sender>;
        static_assert(isSendersSignal, "the sender's class does not have this signal: it is a signal of another class");
        return isSendersSignal;
    } else {
        return false;
    }
}

/*! Why the signal cannot be connected; null if it can. */
template <class Signal>
const char *connectProblem(const QObject *sender, Signal signal)
{
    if (!sender)
        return "the sender is null";
    if (signal == nullptr)
        return "the signal is null";
    return QMetaMethod::fromSignal(signal).isValid() ? nullptr : "the member function is no signal";
}

/*! Makes the signal a source. */
template <class E, int taken, class Sender, class Signal>
QMetaObject::Connection connectSource(const Sender *sender, Signal signal, std::shared_ptr<Source> source)
{
    using Taken = FirstTypes<taken, typename SignalTraits<Signal>::All>;
    const QMetaObject::Connection connection = QObject::connect(sender, signal, Emission<E, Taken>(source));
    source->setConnection(connection);
    return connection;
}

} // namespace SignalBox::detail
