// SPDX-License-Identifier: MIT
#pragma once

#include "settings.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/WatchSender>

#include <QtCore/qfilesystemwatcher.h>
#include <QtCore/qobject.h>

/*!
    Follows a file: a watch has its latest settings, for who needs them as a whole; a registry has an event for each
    setting that changes, for who follows a few. The file may be written in place, replaced, removed and made again.
*/
class SettingsFile : public QObject
{
public:
    explicit SettingsFile(const QString &fileName);

    QString fileName() const { return m_fileName; }
    SignalBox::WatchReceiver<Settings> watch() const { return m_settings.subscribe(); }
    SignalBox::AsyncRegistry<SettingChange> &changes() { return m_changes; }

private:
    Settings read() const;
    void follow();
    void reload();

    const QString m_fileName;
    QFileSystemWatcher m_watcher;
    SignalBox::WatchSender<Settings> m_settings;
    SignalBox::AsyncRegistry<SettingChange> m_changes;
};
