// SPDX-License-Identifier: MIT
#pragma once

#include "process.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qstringlist.h>

#include <atomic>
#include <memory>

// A way of showing lists of processes that a worker takes.
class Way
{
public:
    enum class Kind { Reset, Proxy, SignalBox };

    virtual ~Way() = default;

    virtual QString name() const = 0;
    // Views sort it.
    virtual QAbstractItemModel *model() = 0;
    // From the worker.
    virtual void send(Processes &&processes) = 0;
    // What has to be written for this way.
    virtual QStringList sources() const = 0;

    static std::unique_ptr<Way> make(Kind kind);
};

std::unique_ptr<Way> makeReset();
std::unique_ptr<Way> makeProxy();
std::unique_ptr<Way> makeThroughSignalBox();
