// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventcolumns_p.h>

#include <SignalBox/qt/delivery/variantparts_p.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qdebug.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qnamespace.h>

#include <exception>
#include <utility>

namespace SignalBox::detail {

QByteArray roleName(int role)
{
    if (role == Qt::UserRole)
        return QByteArrayLiteral("user");
    QByteArray name = QMetaEnum::fromType<Qt::ItemDataRole>().valueToKey(role);
    name.chop(static_cast<qsizetype>(sizeof "Role") - 1);
    if (name.isEmpty())
        return "role" + QByteArray::number(role);
    name[0] = static_cast<char>(name[0] + ('a' - 'A'));
    return name;
}

QVariant EventColumn::read(const EventRow &row) const noexcept
{
    try {
        return readValue(row);
    } catch (const std::exception &exception) {
        logFailure(exception.what());
    } catch (...) {
        logFailure("an exception that is no std::exception");
    }
    return {};
}

void EventColumn::logFailure(const char *what) const noexcept
{
    if (std::exchange(m_hasFailed, true))
        return;
    qCWarning(loggingCategory, "EventModel: the function of the column \"%s\" threw: %s. What it cannot read is left empty, without a "
                               "further warning", m_property.constData(), what);
}

QVariant EventColumn::readValue(const EventRow &row) const
{
    const Event::Content content = row.content();
    if (std::optional<QVariant> value = readWith(m_readers, content, row.event()))
        return *std::move(value);
    return readMember(content);
}

std::optional<QVariant> EventColumn::readWith(const std::vector<EventReader> &readers, const Event::Content &content, const Event *event)
{
    for (const EventReader &reader : readers) {
        if (content.type.isValid()) {
            if (content.type == reader.type || !reader.type.isValid())
                return reader.read(content);
        } else if (const void *const value = event && reader.find ? reader.find(*event) : nullptr) {
            return reader.read({reader.type, value});
        }
    }
    return std::nullopt;
}

QVariant EventColumn::readMember(const Event::Content &content) const
{
    if (const QMetaObject *const gadget = gadgetOf(content.type)) {
        if (gadget != m_gadget) {
            m_gadget = gadget;
            m_index = gadget->indexOfProperty(m_property.constData());
        }
        return m_index < 0 ? QVariant() : gadget->property(m_index).readOnGadget(content.value);
    }
    return memberOf(content, m_name);
}

QVariant EventColumn::memberOf(const Event::Content &content, const QString &name, const QByteArray &property)
{
    if (const QMetaObject *const gadget = gadgetOf(content.type)) {
        const int index = gadget->indexOfProperty(property.constData());
        return index < 0 ? QVariant() : gadget->property(index).readOnGadget(content.value);
    }
    return memberOf(content, name);
}

// Of what is no gadget.
QVariant EventColumn::memberOf(const Event::Content &content, const QString &name)
{
    if (!content.type.isValid())
        return {};
    if (content.type == QMetaType::fromType<QVariantMap>())
        return static_cast<const QVariantMap *>(content.value)->value(name);
    if (content.type == QMetaType::fromType<QVariantHash>())
        return static_cast<const QVariantHash *>(content.value)->value(name);
    return name == u"value" ? QVariant(content.type, content.value) : QVariant();
}

QStringList EventColumn::membersOf(const Event::Content &content)
{
    if (!content.type.isValid())
        return {};
    if (content.type == QMetaType::fromType<QVariantMap>())
        return static_cast<const QVariantMap *>(content.value)->keys();
    if (content.type == QMetaType::fromType<QVariantHash>()) {
        QStringList names = static_cast<const QVariantHash *>(content.value)->keys();
        names.sort();
        return names;
    }
    const QMetaObject *const gadget = gadgetOf(content.type);
    if (!gadget)
        return {QStringLiteral("value")};
    QStringList names;
    for (int i = 0; i < gadget->propertyCount(); ++i)
        names.append(QString::fromUtf8(gadget->property(i).name()));
    return names;
}

} // namespace SignalBox::detail
