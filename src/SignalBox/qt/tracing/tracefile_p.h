// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qfile.h>
#include <QtCore/qlockfile.h>
#include <QtCore/qstring.h>

#include <memory>

namespace SignalBox::detail {

/*!
    A JSON array in a file, whole after each append. When it is full, it becomes FILE.previous, and a new one begins. Reentrant.
*/
class TraceFile
{
public:
    static constexpr qint64 mostBytes = 32 * 1024 * 1024;

    /*! Empties the file, or makes it; one that another process writes is left alone: then it is FILE.pid. False: see errorString(). */
    bool open(const QString &path);
    bool isOpen() const { return m_file.isOpen(); }
    QString name() const { return m_file.fileName(); }
    qint64 size() const { return m_size; }
    QString errorString() const { return m_file.errorString(); }

    /*! Elements of the array, each followed by ",\n". False: they did not fit, and the array is as it was. */
    bool append(QByteArray elements);
    /*! Goes on with an empty file. */
    bool beginNext();
    void close();

private:
    bool beginArray();

    QFile m_file;
    std::unique_ptr<QLockFile> m_lock;
    qint64 m_size = 0;
};

} // namespace SignalBox::detail
