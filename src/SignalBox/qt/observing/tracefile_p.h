// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qfile.h>
#include <QtCore/qglobal.h>
#include <QtCore/qlockfile.h>
#include <QtCore/qstring.h>

#include <memory>

namespace SignalBox::detail {

/*!
    A JSON array in a file, whole at each moment, even if the process was killed in the middle of a write. When it is
    full, it becomes FILE.previous, and a new one begins. Reentrant.

    The end of the array is written first, with spaces in front of it that elements overwrite. What lies in one page is written as a whole
    or not at all, so no element goes on in the next page (unless it is larger than a page). Where there are no spaces left, another file
    with more of them takes the place of this one.
*/
class TraceFile
{
public:
    static constexpr qint64 mostBytes = 32 * 1024 * 1024;

    TraceFile() = default;
    /*! Leaves no spaces. */
    ~TraceFile();
    Q_DISABLE_COPY_MOVE(TraceFile)

    /*! What the symbolic links at \a path lead to, which need not be there; still a link if they lead in a circle. */
    static QString withoutLinks(const QString &path);
    /*! Once. \a path is no symbolic link. Empties the file, or makes it; one that another process writes is left alone: then it is FILE.pid. False: see problem(). */
    bool open(const QString &path);
    QString name() const { return m_file.fileName(); }
    /*! Without the spaces. */
    qint64 size() const { return m_size; }
    QString problem() const { return m_problem; }

    /*! Elements of the array, each followed by ",\n". False: some did not fit, and are not in it. */
    bool append(const QByteArray &elements);
    /*! Goes on with an empty file. */
    bool beginNext();

private:
    bool beginArray();
    bool replace(qint64 capacity);
    bool write(const QByteArray &piece);

    QFile m_file;
    std::unique_ptr<QLockFile> m_lock;
    QString m_problem;     // the last one
    qint64 m_size = 0;     // up to the last element
    qint64 m_capacity = 0; // with spaces and the end
};

} // namespace SignalBox::detail
