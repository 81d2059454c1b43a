// SPDX-License-Identifier: MIT
#include <SignalBox/EventModel>
#include <SignalBox/HandlerFailure>
#include <SignalBox/QmlBacklog>
#include <SignalBox/QmlHandlerGuard>
#include <SignalBox/QmlOsSignals>
#include <SignalBox/QmlRegistry>
#include <SignalBox/RegistryHandler>
#include <SignalBox/RegistryModel>
#include <SignalBox/RegistryObject>
#include <SignalBox/SignalBoxAttached>
#include <SignalBox/SignalRegistry>
#include <SignalBox/StallInfo>

#include <QtCore/qfile.h>
#include <QtCore/qmap.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtQml/qqml.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <memory>
#include <vector>

using namespace SignalBox;

namespace {

// The types of the module as the program has them, each under its name in QML.
const QMap<QString, const QMetaObject *> &types()
{
    static const QMap<QString, const QMetaObject *> all{
        {QStringLiteral("Backlog"), &QmlBacklog::staticMetaObject},
        {QStringLiteral("EventModel"), &EventModel::staticMetaObject},
        {QStringLiteral("HandlerGuard"), &QmlHandlerGuard::staticMetaObject},
        {QStringLiteral("OsSignals"), &QmlOsSignals::staticMetaObject},
        {QStringLiteral("QmlRegistry"), &QmlRegistry::staticMetaObject},
        {QStringLiteral("Registry"), &RegistryObject::staticMetaObject},
        {QStringLiteral("RegistryHandler"), &RegistryHandler::staticMetaObject},
        {QStringLiteral("RegistryModel"), &RegistryModel::staticMetaObject},
        {QStringLiteral("SignalBox"), &SignalBoxAttached::staticMetaObject},
        {QStringLiteral("SignalRegistry"), &SignalRegistry::staticMetaObject},
    };
    return all;
}

// And its value types, of which Qt is told from 6.8 on.
const QMap<QString, const QMetaObject *> &valueTypes()
{
    static const QMap<QString, const QMetaObject *> all{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
        {QStringLiteral("handlerFailure"), &HandlerFailure::staticMetaObject},
        {QStringLiteral("stallInfo"), &StallInfo::staticMetaObject},
#endif
    };
    return all;
}

// "const QList<int> &" and the description's "int" with "isList: true" are one type, and so are a name with its scope and without.
QString bare(QString type)
{
    static const QRegularExpression list(QStringLiteral("^(?:QList|QQmlListProperty)<(.*)>$"));
    type.remove(QStringLiteral("const ")).remove(QLatin1Char('*')).remove(QLatin1Char('&')).remove(QLatin1Char(' '));
    if (const QRegularExpressionMatch match = list.match(type); match.hasMatch())
        type = match.captured(1);
    type = type.section(QStringLiteral("::"), -1);
    if (type == QLatin1String("quint64"))
        return QStringLiteral("qulonglong");
    return type == QLatin1String("void") ? QString() : type;
}

QString signature(const QString &kind, const QString &name, const QStringList &parameters, const QString &result)
{
    return QStringLiteral("%1 %2(%3) %4").arg(kind, name, parameters.join(QStringLiteral(", ")), bare(result)).trimmed();
}

QString nameOf(const QMetaMethod &method)
{
    return QString::fromLatin1(method.name());
}

QStringList parametersOf(const QMetaMethod &method)
{
    QStringList result;
    for (int i = 0; i < method.parameterCount(); ++i) {
        result.append(bare(QString::fromLatin1(method.parameterTypeName(i))) + QLatin1Char(' ')
                      + QString::fromLatin1(method.parameterNames().at(i)));
    }
    return result;
}

// What scripts may use of one class, without its bases, as the program has it.
QStringList membersOf(const QMetaObject *type)
{
    QStringList result;
    for (int i = type->propertyOffset(); i < type->propertyCount(); ++i) {
        const QMetaProperty property = type->property(i);
        result.append(QStringLiteral("property %1 %2%3").arg(QString::fromLatin1(property.name()), bare(QString::fromLatin1(property.typeName())),
                                                             property.isWritable() ? QString() : QStringLiteral(" readonly")));
    }
    for (int i = type->methodOffset(); i < type->methodCount(); ++i) {
        const QMetaMethod method = type->method(i);
        const QString kind = method.methodType() == QMetaMethod::Signal ? QStringLiteral("signal")
            : method.access() == QMetaMethod::Private                    ? QStringLiteral("private")
                                                                         : QStringLiteral("method");
        result.append(signature(kind, nameOf(method), parametersOf(method), QString::fromLatin1(method.typeName())));
    }
    for (int i = type->enumeratorOffset(); i < type->enumeratorCount(); ++i) {
        const QMetaEnum enumeration = type->enumerator(i);
        for (int key = 0; key < enumeration.keyCount(); ++key)
            result.append(QStringLiteral("enumerator %1.%2").arg(QString::fromLatin1(enumeration.name()), QString::fromLatin1(enumeration.key(key))));
    }
    result.sort();
    return result;
}

// One element of a type description: `Type { name: value; Type { ... } }`.
struct Element
{
    QString type;
    QMap<QString, QStringList> values;
    std::vector<Element> children;

    QString value(const char *name) const { return values.value(QString::fromLatin1(name)).value(0); }
};

class Reader
{
public:
    explicit Reader(QString text)
    {
        static const QRegularExpression comment(QStringLiteral("^//.*$"), QRegularExpression::MultilineOption);
        static const QRegularExpression token(QStringLiteral("\"(?<text>[^\"]*)\"|[A-Za-z0-9_.]+|[{}\\[\\]:]"));
        text.remove(comment);
        text.remove(QRegularExpression(QStringLiteral("^ *import .*$"), QRegularExpression::MultilineOption));
        for (auto match = token.globalMatch(text); match.hasNext();) {
            const QRegularExpressionMatch found = match.next();
            m_tokens.append(found.capturedStart(u"text") != -1 ? QLatin1Char('"') + found.captured(u"text") : found.captured());
        }
    }

    Element element()
    {
        Element result{take(), {}, {}};
        take(); // {
        while (!isAtEnd() && m_tokens.at(m_next) != QLatin1String("}")) {
            if (m_tokens.value(m_next + 1) == QLatin1String("{")) {
                result.children.push_back(element());
            } else {
                const QString name = take();
                take(); // :
                result.values.insert(name, values());
            }
        }
        take(); // }
        return result;
    }

private:
    bool isAtEnd() const { return m_next >= m_tokens.size(); }
    QString take() { return m_tokens.value(m_next++); }

    QStringList values()
    {
        const auto plain = [](const QString &token) { return token.startsWith(QLatin1Char('"')) ? token.mid(1) : token; };
        const QString first = take();
        if (first != QLatin1String("["))
            return {plain(first)};
        QStringList result;
        for (QString token = take(); !isAtEnd() && token != QLatin1String("]"); token = take())
            result.append(plain(token));
        return result;
    }

    QStringList m_tokens;
    qsizetype m_next = 0;
};

// The same of the description that tools read.
QStringList membersOf(const Element &component)
{
    QStringList result;
    for (const Element &member : component.children) {
        const QString name = member.value("name");
        QStringList parameters;
        for (const Element &parameter : member.children)
            parameters.append(bare(parameter.value("type")) + QLatin1Char(' ') + parameter.value("name"));
        if (member.type == QLatin1String("Property")) {
            result.append(QStringLiteral("property %1 %2%3").arg(name, bare(member.value("type")),
                                                                 member.value("isReadonly") == QLatin1String("true") ? QStringLiteral(" readonly") : QString()));
        } else if (member.type == QLatin1String("Enum")) {
            for (const QString &key : member.values.value(QStringLiteral("values")))
                result.append(QStringLiteral("enumerator %1.%2").arg(name, key));
        } else {
            result.append(signature(member.type.toLower(), name, parameters, member.value("type")));
        }
    }
    result.sort();
    return result;
}

// Under their names in QML.
QMap<QString, Element> describedTypes()
{
    QFile file(QStringLiteral(QMLTYPES));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QMap<QString, Element> result;
    const Element module = Reader(QString::fromUtf8(file.readAll())).element();
    for (const Element &component : module.children) {
        for (const QString &name : component.values.value(QStringLiteral("exports"))) {
            if (name.startsWith(QLatin1String("SignalBox/")))
                result.insert(name.section(QLatin1Char('/'), 1).section(QLatin1Char(' '), 0, 0), component);
        }
    }
    return result;
}

QStringList without(QStringList list, const QStringList &others)
{
    list.removeIf([&others](const QString &entry) { return others.contains(entry); });
    return list;
}

QString sample(const QMetaMethod &method, int parameter)
{
    const QString type = bare(QString::fromLatin1(method.parameterTypeName(parameter)));
    if (type == QLatin1String("QString"))
        return QStringLiteral("\"\"");
    if (type == QLatin1String("bool"))
        return QStringLiteral("true");
    if (type == QLatin1String("int") || type == QLatin1String("double"))
        return QStringLiteral("1");
    return QStringLiteral("null");
}

// A file that reads each property, writes what may be written, calls each function, handles each signal and names each enumerator.
// So that the tool looks up the member in the type, each object is a property of that type.
QString everyMember()
{
    QStringList properties;
    QStringList handlers;
    QStringList statements;
    for (auto type = types().begin(); type != types().end(); ++type) {
        const QMetaObject *const object = type.value();
        const bool isAttached = object == &SignalBoxAttached::staticMetaObject;
        const QString id = QStringLiteral("a") + type.key();
        const QString subject = isAttached ? type.key() : QStringLiteral("page.") + id;
        if (!isAttached)
            properties.append(QStringLiteral("    property %1 %2").arg(type.key(), id));
        // What a class has of its bases in this module counts as its own.
        const QMetaObject *foreign = object;
        while (QByteArrayView(foreign->className()).startsWith("SignalBox::"))
            foreign = foreign->superClass();

        for (int i = foreign->propertyCount(); i < object->propertyCount(); ++i) {
            const QMetaProperty property = object->property(i);
            const QString name = subject + QLatin1Char('.') + QString::fromLatin1(property.name());
            statements.append(QStringLiteral("console.log(%1)").arg(name));
            if (property.isWritable())
                statements.append(QStringLiteral("%1 = %1").arg(name));
        }
        QStringList ofSignals;
        for (int i = foreign->methodCount(); i < object->methodCount(); ++i) {
            const QMetaMethod method = object->method(i);
            if (method.access() == QMetaMethod::Private)
                continue;
            if (method.methodType() == QMetaMethod::Signal) {
                const QString name = nameOf(method);
                ofSignals.append(QStringLiteral("        function on%1%2(%3) { console.log(%4) }")
                                     .arg(name.at(0).toUpper(), name.mid(1), QString::fromLatin1(method.parameterNames().join(", ")),
                                          QString::fromLatin1(method.parameterNames().value(0))));
                continue;
            }
            QStringList samples;
            for (int parameter = 0; parameter < method.parameterCount(); ++parameter)
                samples.append(sample(method, parameter));
            statements.append(QStringLiteral("%1.%2(%3)").arg(subject, nameOf(method), samples.join(QStringLiteral(", "))));
        }
        if (!ofSignals.isEmpty())
            handlers.append(QStringLiteral("    Connections {\n        target: %1\n%2\n    }").arg(subject, ofSignals.join(QLatin1Char('\n'))));
        for (int i = foreign->enumeratorCount(); i < object->enumeratorCount(); ++i) {
            const QMetaEnum enumeration = object->enumerator(i);
            for (int key = 0; key < enumeration.keyCount(); ++key)
                statements.append(QStringLiteral("console.log(%1.%2)").arg(type.key(), QString::fromLatin1(enumeration.key(key))));
        }
    }
    // What QML adds to the class of SignalBox::Qt.
    for (const char *const call : {"addRole(null, null, null)", "setMerge(null)", "eventAt(null)", "filter = null"})
        statements.append(QStringLiteral("page.aEventModel.") + QLatin1String(call));
    statements.append(QStringLiteral("console.log(page.aEventModel.filter)"));
    // Each in a function of its own: after a type that it does not know, as a HandlerId is with Qt 6.4, the tool reads no further.
    for (qsizetype i = 0; i < statements.size(); ++i)
        statements[i] = QStringLiteral("    function use%1() { %2 }").arg(i).arg(statements.at(i));
    return QStringLiteral("import QtQml\nimport SignalBox\n\nQtObject {\n    id: page\n%1\n    property list<QtObject> connections: [\n%2\n    ]\n%3\n}\n")
        .arg(properties.join(QLatin1Char('\n')), handlers.join(QStringLiteral(",\n")), statements.join(QLatin1Char('\n')));
}

// What qmllint says of a file with that text.
QString lint(const QString &text)
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("EachMember.qml"));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text.toUtf8()) == -1)
        return QStringLiteral("cannot write ") + path;
    file.close();
    QProcess tool;
    tool.setProcessChannelMode(QProcess::MergedChannels);
    tool.start(QStringLiteral(QML_LINT), {QStringLiteral("-I"), QStringLiteral(QML_IMPORTS), path});
    if (!tool.waitForFinished(120000))
        return tool.errorString();
    const QString output = QString::fromUtf8(tool.readAll());
    return output.isEmpty() && tool.exitCode() != 0 ? QStringLiteral("exit code %1").arg(tool.exitCode()) : output;
}

} // namespace

class QmlTypes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachTypeIsRegisteredAndDescribed();
    void eachMemberIsDescribedAndEachDescribedOneIsThere_data();
    void eachMemberIsDescribedAndEachDescribedOneIsThere();
    void eachMemberIsUsedWithoutAWarning();
    void misspelledMembersAreFound_data();
    void misspelledMembersAreFound();
};

void QmlTypes::eachTypeIsRegisteredAndDescribed()
{
    QStringList expected = types().keys() + valueTypes().keys();
    if (!valueTypes().isEmpty())
        expected.append(QStringLiteral("handlerId")); // it has no members
    expected.sort();
    QCOMPARE(QStringList(describedTypes().keys()), expected);

    QQmlEngine engine;
    engine.addImportPath(QStringLiteral(QML_IMPORTS));
    QQmlComponent component(&engine);
    component.setData("import QtQml\nimport SignalBox\nQtObject {}", QUrl());
    const std::unique_ptr<QObject> object(component.create());
    QVERIFY2(object, qPrintable(component.errorString()));
    for (auto type = types().begin(); type != types().end(); ++type)
        QVERIFY2(qmlTypeId("SignalBox", 1, 0, type.key().toLatin1().constData()) != -1, qPrintable(type.key()));
}

void QmlTypes::eachMemberIsDescribedAndEachDescribedOneIsThere_data()
{
    QTest::addColumn<QString>("type");
    for (const QString &type : types().keys() + valueTypes().keys())
        QTest::newRow(qPrintable(type)) << type;
}

void QmlTypes::eachMemberIsDescribedAndEachDescribedOneIsThere()
{
    QFETCH(const QString, type);
    QStringList present = membersOf(types().contains(type) ? types().value(type) : valueTypes().value(type));
    QStringList hidden; // from scripts, which cannot call them; but the description that Qt 6.4 makes has them
    present.removeIf([&hidden](const QString &member) {
        if (!member.startsWith(QLatin1String("private ")))
            return false;
        hidden.append(QStringLiteral("method ") + member.section(QLatin1Char(' '), 1));
        return true;
    });
    QCOMPARE(hidden, type == QLatin1String("RegistryHandler") ? QStringList{QStringLiteral("method end()")} : QStringList());

    const QStringList described = membersOf(describedTypes().value(type));
    QCOMPARE(present.isEmpty(), type == QLatin1String("Backlog")); // a name only
    QCOMPARE(without(present, described), QStringList());
    QCOMPARE(without(described, present + hidden), QStringList());
}

void QmlTypes::eachMemberIsUsedWithoutAWarning()
{
    const QString text = everyMember();
    QVERIFY(text.contains(QLatin1String("page.aQmlRegistry.notify(null)")));
    QVERIFY(text.contains(QLatin1String("page.aQmlRegistry.handlerCount"))); // a base's
    QVERIFY(text.contains(QLatin1String("function onLagged(id, lost)")));
    QVERIFY(text.contains(QLatin1String("console.log(OsSignals.Hangup)")));
    const QString output = lint(text);
    QVERIFY2(output.isEmpty(), qPrintable(output));
}

void QmlTypes::misspelledMembersAreFound_data()
{
    QTest::addColumn<QString>("right");
    QTest::addColumn<QString>("wrong");
    QTest::newRow("function") << QStringLiteral("aQmlRegistry.notify(null)") << QStringLiteral("aQmlRegistry.notfy(null)");
    QTest::newRow("property") << QStringLiteral("log(page.aEventModel.received)") << QStringLiteral("log(page.aEventModel.recieved)");
    QTest::newRow("property of a base") << QStringLiteral("log(page.aSignalRegistry.handlerCount)") << QStringLiteral("log(page.aSignalRegistry.handlersCount)");
    QTest::newRow("function that takes a function") << QStringLiteral("aEventModel.setMerge(null)") << QStringLiteral("aEventModel.setMrge(null)");
    QTest::newRow("property that is a function") << QStringLiteral("log(page.aEventModel.filter)") << QStringLiteral("log(page.aEventModel.fliter)");
    QTest::newRow("attached function") << QStringLiteral("SignalBox.find(\"\")") << QStringLiteral("SignalBox.fnd(\"\")");
}

void QmlTypes::misspelledMembersAreFound()
{
    QFETCH(const QString, right);
    QFETCH(const QString, wrong);
    QString text = everyMember();
    QVERIFY(text.contains(right));
    const QString output = lint(text.replace(right, wrong));
    QVERIFY2(output.contains(wrong.section(QLatin1Char('.'), -1).section(QRegularExpression(QStringLiteral("\\W")), 0, 0)), qPrintable(output));
}

QTEST_GUILESS_MAIN(QmlTypes)
#include "tst_qmltypes.moc"
