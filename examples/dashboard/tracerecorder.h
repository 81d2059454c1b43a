// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtQml/qqmlregistration.h>

// Writes a timeline of all handlers to a file, when it is told to. With SIGNALBOX_TRACE that is so from the beginning.
class TraceRecorder : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString fileName READ fileName CONSTANT FINAL)
    Q_PROPERTY(bool recording READ isRecording WRITE setRecording NOTIFY changed FINAL)
    // What became of it, for people to read; empty before the first.
    Q_PROPERTY(QString message READ message NOTIFY changed FINAL)

public:
    explicit TraceRecorder(QObject *parent = nullptr);

    QString fileName() const { return m_fileName; }
    bool isRecording() const { return m_isRecording; }
    void setRecording(bool recording);
    QString message() const { return m_message; }

Q_SIGNALS:
    void changed();

private:
    QString m_fileName;
    QString m_message;
    bool m_isRecording = false;
};
