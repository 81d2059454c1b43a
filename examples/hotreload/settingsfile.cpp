// SPDX-License-Identifier: MIT
#include "settingsfile.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

SettingsFile::SettingsFile(const QString &fileName) : m_fileName(QFileInfo(fileName).absoluteFilePath())
{
    m_settings.send(read());
    // The folder tells of a file that takes the place of ours, which a watch on the file alone would lose.
    m_watcher.addPath(QFileInfo(m_fileName).path());
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, &SettingsFile::reload);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, &SettingsFile::reload);
    follow();
    reload(); // what has changed before it was followed
}

void SettingsFile::follow()
{
    if (!m_watcher.files().contains(m_fileName) && QFileInfo::exists(m_fileName))
        m_watcher.addPath(m_fileName);
}

Settings SettingsFile::read() const
{
    Settings settings;
    QFile file(m_fileName);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Text))
        return settings;
    const QStringList lines = QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'));
    for (const QString &line : lines) {
        const QString name = line.section(QLatin1Char('='), 0, 0).trimmed();
        if (line.contains(QLatin1Char('=')) && !name.isEmpty())
            settings[name] = line.section(QLatin1Char('='), 1).trimmed();
    }
    return settings;
}

// A file that is being written may be read half; the end of the writing brings us here again.
void SettingsFile::reload()
{
    follow();
    const Settings after = read();
    const Settings before = m_settings.subscribe().value();
    if (before == after)
        return; // another file of the folder has changed
    m_settings.send(after);
    for (const auto &[name, value] : after.asKeyValueRange()) {
        if (before.value(name) != value || !before.contains(name))
            m_changes.post({name, before.value(name), value});
    }
    for (const auto &[name, value] : before.asKeyValueRange()) {
        if (!after.contains(name))
            m_changes.post({name, value, QString()});
    }
}
