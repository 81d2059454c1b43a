// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/AsyncRegistry>

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

class Downloads : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void finished(const QString &file);
    void progressed(int percent);
};

struct Reading
{
    int channel;
    double value;
};

class Sensor : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void measured(int channel, double value);
    void finished();
};

// A signal without arguments, after.
struct Cleared {};

// Receives, by functions of its own.
class Window : public QObject
{
public:
    void show(const QString &file) { shown.append(file); }
    void clear() { shown.clear(); }
    void search() { shown.append(QStringLiteral("search")); }
    void showProgress(int percent) { shown.append(QString::number(percent)); }

    QStringList shown;
};

// Its registry is a member, and moves with it.
class Downloader : public QObject
{
public:
    SignalBox::AsyncRegistry<QString> finished{this};
};
