// SPDX-License-Identifier: MIT
#include <SignalBox/qt/tracing/tracefile_p.h>

#include <QtCore/qcoreapplication.h>

namespace SignalBox::detail {

namespace {

const QByteArray arrayEnd = QByteArrayLiteral("]\n");

} // namespace

bool TraceFile::open(const QString &path)
{
    close();
    m_lock = std::make_unique<QLockFile>(path + QStringLiteral(".lock"));
    m_lock->setStaleLockTime(0); // it is kept as long as the process is there
    m_file.setFileName(path);
    if (!m_lock->tryLock(0)) {
        const bool isTaken = m_lock->error() == QLockFile::LockFailedError;
        m_lock.reset();
        if (isTaken)
            m_file.setFileName(path + QLatin1Char('.') + QString::number(QCoreApplication::applicationPid()));
    }
    QFile::remove(m_file.fileName() + QStringLiteral(".previous"));
    if (beginArray())
        return true;
    m_lock.reset();
    return false;
}

bool TraceFile::beginArray()
{
    const QByteArray empty = QByteArrayLiteral("[\n") + arrayEnd;
    m_size = empty.size();
    if (!m_file.open(QIODevice::WriteOnly | QIODevice::Truncate | QIODevice::Unbuffered))
        return false;
    if (m_file.write(empty) == empty.size())
        return true;
    m_file.close();
    return false;
}

bool TraceFile::append(QByteArray elements)
{
    if (elements.isEmpty())
        return true;
    // In one write, which begins where the array ended.
    const qint64 end = m_size - arrayEnd.size();
    elements.chop(2);
    if (end > 2) // not the first
        elements.prepend(",\n");
    elements.append('\n').append(arrayEnd);
    // What stood in front of the end was "\n".
    const qint64 begin = end > 2 ? end - 1 : end;
    if (m_file.seek(begin) && m_file.write(elements) == elements.size()) {
        m_size = begin + elements.size();
        return true;
    }
    const QByteArray before = (end > 2 ? QByteArrayLiteral("\n") : QByteArray()) + arrayEnd;
    if (m_file.resize(begin) && m_file.seek(begin))
        m_file.write(before);
    return false;
}

bool TraceFile::beginNext()
{
    const QString name = m_file.fileName();
    const QString previous = name + QStringLiteral(".previous");
    m_file.close();
    QFile::remove(previous);
    QFile::rename(name, previous); // else it is overwritten: half a trace
    return beginArray();
}

void TraceFile::close()
{
    m_file.close();
    m_lock.reset();
}

} // namespace SignalBox::detail
