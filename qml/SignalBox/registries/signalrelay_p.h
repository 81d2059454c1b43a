// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/syncregistry.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qobject.h>

#include <memory>

namespace SignalBox::detail {

/*!
    Hears one signal of one object, known by its index only, on the thread that emits it.

    There is one for each such signal, until its sender dies: Qt races if a receiver ends during an emission on another thread.
    Those who listen are handlers of a registry, and may come and go. Thread-safe.
*/
class SignalRelay final : public QObject
{
public:
    /*! The arguments as Qt passes them, the first at 1. */
    using Arguments = void **;

    /*! \a signal is one of \a sender, which stays alive during the call. */
    static std::shared_ptr<SignalRelay> of(const QObject *sender, const QMetaMethod &signal);
    ~SignalRelay() override;

    /*! Its handlers are called for each emission. */
    SyncRegistry<Arguments> &emissions() noexcept { return m_emissions; }

    int qt_metacall(QMetaObject::Call call, int id, void **arguments) override;

private:
    SignalRelay();

    SyncRegistry<Arguments> m_emissions;
};

} // namespace SignalBox::detail
