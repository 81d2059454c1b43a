// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/tracefile_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfileinfo.h>

#include <algorithm>
#include <filesystem>
#include <new>
#include <system_error>

namespace SignalBox::detail {

namespace {

const QByteArray arrayBegin = QByteArrayLiteral("[\n");
const QByteArray arrayEnd = QByteArrayLiteral("]\n");
constexpr qint64 pageSize = 4096; // of no system is it less
constexpr qint64 smallestCapacity = 16 * pageSize;

// Takes the place of a file that is there.
void rename(const QString &from, const QString &to, std::error_code &error)
{
    std::filesystem::rename(QFileInfo(from).filesystemFilePath(), QFileInfo(to).filesystemFilePath(), error);
}

} // namespace

QString TraceFile::withoutLinks(const QString &path)
{
    constexpr int most = 40; // as Linux follows
    QFileInfo place(path);
    for (int followed = 0; followed < most; ++followed) {
        const std::filesystem::path link = place.filesystemFilePath();
        std::error_code error;
        const std::filesystem::path target = std::filesystem::read_symlink(link, error);
        if (error) // it is none
            break;
        // Not made simpler: what ".." is depends on the folders that are links.
        place.setFile(link.parent_path() / target);
    }
    return place.filePath();
}

bool TraceFile::open(const QString &path)
{
    // A device would be replaced, and a pipe waits for its reader.
    const QFileInfo place(path);
    if (place.isSymbolicLink()) {
        m_problem = QStringLiteral("its symbolic links lead in a circle");
        return false;
    }
    if (place.exists() && (!place.isFile() || !place.isWritable())) {
        m_problem = place.isFile() ? QStringLiteral("it is read-only") : QStringLiteral("it is there, and no file");
        return false;
    }
    m_lock = std::make_unique<QLockFile>(path + QStringLiteral(".lock"));
    m_lock->setStaleLockTime(0); // it is kept as long as the process is there
    m_file.setFileName(path);
    if (!m_lock->tryLock(0)) {
        const bool isTaken = m_lock->error() == QLockFile::LockFailedError;
        m_lock.reset();
        if (isTaken)
            m_file.setFileName(path + QLatin1Char('.') + QString::number(QCoreApplication::applicationPid()));
    }
    if (beginArray()) {
        QFile::remove(m_file.fileName() + QStringLiteral(".previous"));
        return true;
    }
    m_lock.reset();
    return false;
}

bool TraceFile::beginArray()
{
    m_size = arrayBegin.size();
    return replace(smallestCapacity);
}

// Another file of this size, with the same elements.
bool TraceFile::replace(qint64 capacity)
{
    constexpr qint64 most = 64 * 1024; // bytes at once
    QFile next(m_file.fileName() + QStringLiteral(".next"));
    bool isDone = next.open(QIODevice::WriteOnly | QIODevice::Truncate | QIODevice::Unbuffered);
    const auto write = [&](const QByteArray &bytes) { isDone = isDone && next.write(bytes) == bytes.size(); };
    if (m_file.isOpen()) {
        const qint64 size = std::min(m_size, m_capacity - arrayEnd.size());
        isDone = isDone && m_file.seek(0);
        while (isDone && next.pos() < size) {
            const QByteArray bytes = m_file.read(std::min(most, size - next.pos()));
            isDone = !bytes.isEmpty();
            write(bytes);
        }
    } else {
        write(arrayBegin);
    }
    while (isDone && next.pos() < capacity - arrayEnd.size())
        write(QByteArray(std::min(most, capacity - arrayEnd.size() - next.pos()), ' '));
    write(arrayEnd);
    if (!isDone) {
        m_problem = next.error() != QFileDevice::NoError ? next.errorString() : m_file.errorString();
        next.remove();
        return false;
    }
    next.close();
    m_file.close();
    m_capacity = capacity;
    std::error_code error;
    rename(next.fileName(), m_file.fileName(), error);
    if (!error && m_file.open(QIODevice::ReadWrite | QIODevice::ExistingOnly | QIODevice::Unbuffered))
        return true;
    m_problem = error ? QString::fromLocal8Bit(error.message()) : m_file.errorString();
    next.remove();
    return false;
}

bool TraceFile::append(const QByteArray &elements)
{
    const auto roomInPage = [](qint64 place) { return pageSize - place % pageSize; };
    QByteArray piece; // of one page
    for (qsizetype begin = 0; begin < elements.size();) {
        const qsizetype end = elements.indexOf(",\n", begin);
        QByteArray element = elements.mid(begin, end - begin);
        if (m_size + piece.size() > arrayBegin.size())
            element.prepend(",\n");
        begin = end + 2;
        const qint64 room = roomInPage(m_size + piece.size());
        if (element.size() > room) {
            if (!write(piece))
                return false;
            piece.clear();
            m_size += roomInPage(m_size) % pageSize;
        }
        piece.append(element);
    }
    return write(piece);
}

bool TraceFile::write(const QByteArray &piece)
{
    const qint64 needed = m_size + piece.size() + arrayEnd.size();
    if (needed > m_capacity && !replace(std::max(needed, std::min(2 * m_capacity, mostBytes))))
        return false;
    if (m_file.seek(m_size) && m_file.write(piece) == piece.size()) {
        m_size += piece.size();
        return true;
    }
    m_problem = m_file.errorString();
    return false;
}

bool TraceFile::beginNext()
{
    m_file.close();
    std::error_code ignored; // then it is replaced: half a trace
    rename(m_file.fileName(), m_file.fileName() + QStringLiteral(".previous"), ignored);
    return beginArray();
}

TraceFile::~TraceFile()
{
    try {
        if (m_file.isOpen())
            replace(m_size + 1 + arrayEnd.size());
    } catch (const std::bad_alloc &) {
        // The spaces stay.
    }
}

} // namespace SignalBox::detail
