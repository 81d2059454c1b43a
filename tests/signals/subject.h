// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qprocess.h>
#include <QtCore/qstringlist.h>

#include <csignal>

// A run of the program that the tests send signals to.
class Subject
{
public:
    // The launcher: a command that runs the program, such as nohup.
    explicit Subject(const QStringList &arguments, const QStringList &launcher = {})
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        // Whatever runs the tests may ignore these.
        m_process.setChildProcessModifier([] {
            std::signal(SIGINT, SIG_DFL);
            std::signal(SIGHUP, SIG_DFL);
        });
        const QStringList command = launcher + program() + arguments;
        m_process.start(command.first(), command.mid(1));
    }

    ~Subject()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }

    /*! Whether an emulator of another processor runs the program. */
    static bool isEmulated() { return program().size() > 1; }

    void send(int number) { ::kill(pid_t(m_process.processId()), number); }
    void letGoOn() { m_process.write("\n"); m_process.waitForBytesWritten(); }

    // The next line of its output; null if it ends without one, or says nothing for long.
    QString line()
    {
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(30000))
                return m_process.canReadLine() ? readLine() : QString();
        }
        return readLine();
    }

    // All that is still to come, until it ends. "signal 15" or "exit 0" is the last one.
    QStringList rest()
    {
        if (!m_process.waitForFinished(60000))
            return {QStringLiteral("does not end")};
        QStringList lines = QString::fromUtf8(m_process.readAllStandardOutput()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        lines += (m_process.exitStatus() == QProcess::NormalExit ? QStringLiteral("exit %1") : QStringLiteral("signal %1"))
                     .arg(m_process.exitCode());
        return lines;
    }

private:
    // With what runs programs of its processor.
    static QStringList program()
    {
        return QStringLiteral(SIGNALS_SUBJECT).split(QLatin1Char('|'), Qt::SkipEmptyParts);
    }

    QString readLine() { return QString::fromUtf8(m_process.readLine()).trimmed(); }

    QProcess m_process;
};
