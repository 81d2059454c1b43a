// SPDX-License-Identifier: MIT
//
// What a new user does first: the README's QML snippet, which tests/docs compares with the file that is used here, pasted
// into a fresh file, in Qt's own runner, against an installation.
#include <QtCore/qfile.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

class ReadmeSnippet : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    QString m_fileName;
    QStringList m_expected;

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QFile expected(QStringLiteral(EXPECTED_FILE));
        QVERIFY(expected.open(QIODevice::ReadOnly | QIODevice::Text));
        m_expected = QString::fromUtf8(expected.readAll()).split(u'\n', Qt::SkipEmptyParts);
        QVERIFY(!m_expected.isEmpty());
        m_fileName = m_directory.filePath(QStringLiteral("Fresh.qml"));
        QVERIFY(QFile::copy(QStringLiteral(FRESH_FILE), m_fileName));
    }

    void runsAndPrintsWhatTheReadmeSays()
    {
        QProcess runner;
        runner.setProcessChannelMode(QProcess::MergedChannels);
        runner.start(QStringLiteral(QML_RUNNER), {QStringLiteral("-I"), QStringLiteral(QML_IMPORTS), m_fileName});
        QString output;
        const auto hasAll = [&] {
            output += QString::fromUtf8(runner.readAll());
            return output.count(u'\n') >= m_expected.size();
        };
        QTRY_VERIFY2_WITH_TIMEOUT(hasAll() || runner.state() == QProcess::NotRunning, qPrintable(output), 30000);
        QCOMPARE(runner.state(), QProcess::Running); // its window stays
        runner.kill();
        runner.waitForFinished();
        output += QString::fromUtf8(runner.readAll());
        QCOMPARE(output.split(u'\n', Qt::SkipEmptyParts), m_expected);
    }

    void lintsClean()
    {
        QProcess linter;
        linter.setProcessChannelMode(QProcess::MergedChannels);
        linter.start(QStringLiteral(QML_LINT), {QStringLiteral("-I"), QStringLiteral(QML_IMPORTS), m_fileName});
        QVERIFY(linter.waitForFinished());
        QVERIFY2(linter.exitCode() == 0, linter.readAll().constData());
    }
};

QTEST_GUILESS_MAIN(ReadmeSnippet)
#include "tst_readmesnippet.moc"
