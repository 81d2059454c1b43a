// SPDX-License-Identifier: MIT
//
// Takes the place of QObject's functions that connect, and calls them: so it is known where a connection was made.
#include "calls.h"
#include "qtversion.h"
#include "sites.h"

#include <QtCore/qmetaobject.h>
#include <QtCore/qthread.h>

#include <dlfcn.h>

#define SIGNALBOX_DOCTOR_REPLACES(name) __asm__(name) __attribute__((visibility("default"), noinline))

namespace SignalBox::Doctor {

namespace {

constexpr char pointerName[] = "_ZN7QObject11connectImplEPKS_PPvS1_S3_PN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPKiPK11QMetaObject";
constexpr char textName[] = "_ZN7QObject7connectEPKS_PKcS1_S3_N2Qt14ConnectionTypeE";
constexpr std::size_t siteFrames = 6;

std::uint64_t addressOf(void **member, const QObject *object)
{
    auto address = reinterpret_cast<std::uint64_t>(member[0]);
    if ((address & 1) == 0)
        return address;
    // A virtual one: a place in the table.
    const char *self = reinterpret_cast<const char *>(object) + reinterpret_cast<std::ptrdiff_t>(member[1]);
    const char *table = *reinterpret_cast<char *const *>(self);
    return *reinterpret_cast<const std::uint64_t *>(table + address - 1);
}

const SlotObject &partsOf(const QtPrivate::QSlotObjectBase *slot)
{
    return *reinterpret_cast<const SlotObject *>(slot);
}

// In the place of the slot object of a direct connection between two objects.
class DirectSlot final : public QtPrivate::QSlotObjectBase
{
public:
    DirectSlot(const QObject *sender, QtPrivate::QSlotObjectBase *slot, std::uint64_t member, const Frames &connected)
        : QSlotObjectBase(&run), m_sender(sender), m_slot(slot), m_member(member), m_connected(connected)
    {
    }

private:
    static void run(int which, QSlotObjectBase *self, QObject *receiver, void **arguments, bool *result)
    {
        auto *direct = static_cast<DirectSlot *>(self);
        switch (which) {
        case Destroy:
            direct->m_slot->destroyIfLastRef();
            delete direct;
            break;
        case Call:
            direct->tell(receiver);
            direct->m_slot->call(receiver, arguments);
            break;
        case Compare:
            *result = direct->m_slot->compare(arguments);
            break;
        default:
            break;
        }
    }

    void tell(const QObject *receiver) const
    {
        if (!record)
            return;
        const QThreadData *home = threadDataOf(receiver);
        if (home->threadId.loadRelaxed() == QThread::currentThreadId() || home == threadDataOf(m_sender))
            return;
        const std::uint64_t code = m_member ? m_member : reinterpret_cast<std::uint64_t>(partsOf(m_slot).function);
        noteDirect(m_sender, m_signal, receiver, code, m_member != 0, m_connected);
    }

public:
    int m_signal = -1; // in Qt's counting of signals

private:
    const QObject *m_sender;
    QtPrivate::QSlotObjectBase *m_slot;
    std::uint64_t m_member;
    Frames m_connected;
};

} // namespace

QMetaObject::Connection connectPointers(const QObject *sender, void **signal, const QObject *receiver, void **slotPointer,
                                        QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type, const int *types,
                                        const QMetaObject *senderClass)
        SIGNALBOX_DOCTOR_REPLACES("_ZN7QObject11connectImplEPKS_PPvS1_S3_PN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPKiPK11QMetaObject");

QMetaObject::Connection connectPointers(const QObject *sender, void **signal, const QObject *receiver, void **slotPointer,
                                        QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type, const int *types,
                                        const QMetaObject *senderClass)
{
    static const auto original = reinterpret_cast<decltype(&connectPointers)>(dlsym(RTLD_NEXT, pointerName));
    if (!record || !slot || !sender || !receiver)
        return original(sender, signal, receiver, slotPointer, slot, type, types, senderClass);
    ConnectionSite site;
    site.key = reinterpret_cast<std::uint64_t>(slot);
    site.function = reinterpret_cast<std::uint64_t>(partsOf(slot).function);
    site.member = slotPointer ? addressOf(slotPointer, receiver) : 0;
    readFrames(site.frames, siteFrames);
    if ((type & 3) != Qt::DirectConnection) {
        addSite(site);
        return original(sender, signal, receiver, slotPointer, slot, type, types, senderClass);
    }
    if (sender == receiver)
        return original(sender, signal, receiver, slotPointer, slot, type, types, senderClass);
    auto *direct = new DirectSlot(sender, slot, site.member, site.frames);
    direct->ref(); // it may be gone when the original returns
    QMetaObject::Connection made = original(sender, signal, receiver, slotPointer, direct, type, types, senderClass);
    if (const auto *parts = Doctor::partsOf(made))
        direct->m_signal = parts->signal_index;
    direct->destroyIfLastRef();
    return made;
}

QMetaObject::Connection connectTexts(const QObject *sender, const char *signal, const QObject *receiver, const char *slot, Qt::ConnectionType type)
        SIGNALBOX_DOCTOR_REPLACES("_ZN7QObject7connectEPKS_PKcS1_S3_N2Qt14ConnectionTypeE");

QMetaObject::Connection connectTexts(const QObject *sender, const char *signal, const QObject *receiver, const char *slot, Qt::ConnectionType type)
{
    static const auto original = reinterpret_cast<decltype(&connectTexts)>(dlsym(RTLD_NEXT, textName));
    QMetaObject::Connection made = original(sender, signal, receiver, slot, type);
    const auto *parts = made ? partsOf(made) : nullptr;
    if (!record || !parts || parts->isSlotObject)
        return made;
    ConnectionSite site;
    site.key = siteKey(sender, receiver, parts->method());
    readFrames(site.frames, siteFrames);
    addSite(site);
    return made;
}

} // namespace SignalBox::Doctor
