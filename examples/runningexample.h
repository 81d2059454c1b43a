// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfile.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtemporarydir.h>

#include <csignal>

// For the tests of examples that run until a signal ends them: the program, in a folder of its own.
class RunningExample
{
public:
    void write(const char *name, const QByteArray &content) const
    {
        QFile file(m_folder.filePath(QString::fromLatin1(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write %s", name);
    }
    // As editors do: a new file takes the place of the old one.
    void replace(const char *name, const QByteArray &content) const
    {
        write("new", content);
        const QByteArray from = QFile::encodeName(m_folder.filePath(QStringLiteral("new")));
        const QByteArray to = QFile::encodeName(m_folder.filePath(QString::fromLatin1(name)));
        if (std::rename(from.constData(), to.constData()) != 0)
            qFatal("cannot replace %s", name);
    }
    QByteArray read(const char *name) const
    {
        QFile file(m_folder.filePath(QString::fromLatin1(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    void start()
    {
        m_process.setWorkingDirectory(m_folder.path());
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        // What runs the tests may ignore these, and what is ignored at the start stays ignored.
        m_process.setChildProcessModifier([] {
            std::signal(SIGINT, SIG_DFL);
            std::signal(SIGHUP, SIG_DFL);
        });
        m_process.start(QStringLiteral(EXAMPLE_PROGRAM), {});
    }
    ~RunningExample()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }

    void send(int number) { ::kill(pid_t(m_process.processId()), number); }

    // The first line from now on that contains the text; null if the program ends without one, or says nothing for
    // long.
    QString lineWith(const QString &text)
    {
        for (;;) {
            while (!m_process.canReadLine()) {
                if (!m_process.waitForReadyRead(30000) && !m_process.canReadLine())
                    return {};
            }
            const QString line = QString::fromUtf8(m_process.readLine()).trimmed();
            if (line.contains(text))
                return line;
        }
    }

    // -1 if it does not exit.
    int exitCode()
    {
        const bool hasEnded = m_process.state() == QProcess::NotRunning || m_process.waitForFinished(30000);
        return hasEnded && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }

private:
    QTemporaryDir m_folder;
    QProcess m_process;
};
