// SPDX-License-Identifier: MIT
#pragma once

#include "sample.h"

#include <QtCore/qfile.h>

#include <mutex>

// Recorded samples are lines of text: "seconds source value value ...", after a first line that names the format.
namespace Recording {

// Empty on failure, when error tells what is wrong with the file.
QList<Sample> read(const QString &fileName, QString *error);

// Writes samples as they come, from any thread.
class Writer
{
public:
    explicit Writer(const QString &fileName);

    // Empty if all went well so far.
    QString error() const;
    void write(const Sample &sample);

private:
    mutable std::mutex m_mutex;
    QFile m_file;
};

} // namespace Recording
