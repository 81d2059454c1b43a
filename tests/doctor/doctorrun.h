// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfile.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <csignal>

// One of the programs of this folder.
inline QString patient(const char *name)
{
    return QStringLiteral(DOCTOR_PATIENTS "/doctor_") + QLatin1String(name);
}

// signalbox-doctor on a program, with all its reports in files.
class DoctorRun
{
public:
    enum class Start { AndWait, Only };

    explicit DoctorRun(const QString &program, const QStringList &arguments = {}, Start start = Start::AndWait, const QStringList &options = {},
                       const QProcessEnvironment &environment = QProcessEnvironment::systemEnvironment())
    {
        m_process.setProcessEnvironment(environment);
        m_process.start(QStringLiteral(DOCTOR_PROGRAM),
                        QStringList{QStringLiteral("--report"), path("text"), QStringLiteral("--json"), path("json"), QStringLiteral("--trace"), path("trace")}
                                + options + QStringList{program} + arguments);
        m_process.waitForStarted(-1);
        if (start == Start::AndWait)
            waitForEnd();
    }

    ~DoctorRun()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.terminate();
            waitForEnd();
        }
    }

    void waitForEnd() { m_process.waitForFinished(-1); }
    void signal(int number)
    {
        if (m_process.processId() > 0) // 0 would be the test and its neighbours
            ::kill(pid_t(m_process.processId()), number);
    }
    bool waitForOutput(const QByteArray &text)
    {
        while (!m_output.contains(text)) {
            if (!m_process.waitForReadyRead(-1))
                return false;
            m_output += m_process.readAllStandardOutput();
        }
        return true;
    }
    // SIGUSR1 until the report says so.
    template <class Condition> bool askUntil(Condition condition)
    {
        return QTest::qWaitFor([&] {
            // It answers signals before it opens the files of its reports.
            if (QFile::exists(path("json")))
                signal(SIGUSR1);
            return condition();
        }, 120'000);
    }

    QByteArray output()
    {
        m_output += m_process.readAllStandardOutput();
        return m_output;
    }
    QByteArray errors()
    {
        m_errors += m_process.readAllStandardError();
        return m_errors;
    }
    qint64 processId() const { return m_process.processId(); }
    int exitCode() const { return m_process.exitCode(); }
    QProcess::ExitStatus exitStatus() const { return m_process.exitStatus(); }
    // The signal that ended it; 0 if none.
    int endSignal() const { return m_process.exitStatus() == QProcess::CrashExit ? m_process.exitCode() : 0; }

    QByteArray text() const { return read("text"); }
    QByteArray trace() const { return read("trace"); }
    QJsonObject json() const { return QJsonDocument::fromJson(read("json")).object(); }

private:
    QString path(const char *name) const { return m_folder.filePath(QLatin1String(name)); }
    QByteArray read(const char *name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QTemporaryDir m_folder;
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};
