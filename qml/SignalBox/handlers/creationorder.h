// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qml/qml_export.h>

#include <QtCore/qglobal.h>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*!
    Completes the elements of one QML file in the order in which they stand there: the engine calls componentComplete() in the
    reverse order, and elements that register something then would have it in reverse.

    An element waits for those before it in its file, which the engine completes in the same breath, and for no others.
    Cost: a few nanoseconds for an element that is alone in its file. Engine's thread only.
*/
class SIGNALBOX_QML_EXPORT CreationOrder
{
public:
    explicit CreationOrder(QObject *element) noexcept : m_element(element) {}
    virtual ~CreationOrder();
    Q_DISABLE_COPY_MOVE(CreationOrder)

protected:
    /*! For classBegin(). */
    void beginCreation() noexcept;
    /*! For componentComplete(): calls completeInOrder() now, or when the elements before this one have had theirs. */
    void completeCreation();

    virtual void completeInOrder() = 0;

private:
    enum class State { Idle, Created, Waiting };

    void leave();
    void unlink() noexcept;
    bool isSameFile(const CreationOrder *other) const;
    bool mustWait() const;
    static void completeWaiting(CreationOrder *first);

    QObject *const m_element;
    CreationOrder *m_previous = nullptr; // of all that are being created on this thread
    CreationOrder *m_next = nullptr;
    State m_state = State::Idle;
};

} // namespace SignalBox::detail
