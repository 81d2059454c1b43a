// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qlist.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qobjectdefs.h>
#include <QtCore/qstring.h>

// One reading of the machine: the event of the dashboard's registry. What the values are depends on the source:
//   "cpu"      the load of each core, 0 to 1
//   "memory"   bytes in use, bytes there are
//   "network"  bytes received per second, bytes sent per second
//   "process"  this program's own load in cores, its resident bytes, its threads
struct Sample
{
    Q_GADGET
    Q_PROPERTY(QString source MEMBER source FINAL)
    Q_PROPERTY(double time MEMBER time FINAL)
    Q_PROPERTY(QList<double> values MEMBER values FINAL)
    Q_PROPERTY(quint64 sequence MEMBER sequence FINAL)

public:
    QString source;
    double time = 0; // seconds since the start
    QList<double> values;
    quint64 sequence = 0; // numbers the samples of a run
};
