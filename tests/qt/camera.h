// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

// A sender with signals of each shape.
class Camera : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    void emitPrivately(int value) { Q_EMIT privately(value, QPrivateSignal()); }
    void emitNothingPrivately() { Q_EMIT nothingPrivately(QPrivateSignal()); }

Q_SIGNALS:
    void started();
    void taken(int number);
    void named(const QString &name);
    void byValue(QString name);
    void measured(int channel, double value);
    void described(int channel, double value, const QString &unit);
    void overloaded(int number);
    void overloaded(const QString &name);
    void withDefault(int number, const QString &name = QStringLiteral("none"));
    void privately(int value, QPrivateSignal);
    void nothingPrivately(QPrivateSignal);
    int asked(int question);
};
