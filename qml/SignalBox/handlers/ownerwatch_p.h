// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>

namespace SignalBox::detail {

/*!
    Tells when the owner of handlers ends: with its Component.destruction or, where it has none, as it is destroyed. Between the
    two a Loader lets time pass, in which a stored function would run with the names of its file undefined.

    One for each owner, its child. Engine's thread only.
*/
class OwnerWatch : public QObject
{
    Q_OBJECT

public:
    static OwnerWatch *of(QObject *owner);

    /*! Whether it has ended already, and is only still to be deleted. */
    bool hasEnded() const { return m_hasEnded; }

Q_SIGNALS:
    /*! Once. */
    void ended();

private Q_SLOTS:
    void end();

private:
    explicit OwnerWatch(QObject *owner);

    bool m_hasEnded = false;
};

/*!
    Calls a slot of \a object, given by its index, as the component that is being created with it is destroyed: for
    componentComplete().
*/
void connectToDestruction(QObject *object, int slot);

} // namespace SignalBox::detail
