// SPDX-License-Identifier: MIT
#pragma once

#include "logline.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qlist.h>

#include <memory>

// A way of sending lines from workers into a model for views.
class Transport
{
public:
    enum class Kind { QueuedSignals, BatchedSignals, Throttle, ByHand, SignalBox };

    virtual ~Transport() = default;

    virtual QString name() const = 0;
    virtual QAbstractItemModel *model() = 0;
    // From any thread.
    virtual void send(LogLine &&line) = 0;
    // The rows stand still, and the newest lines are collected.
    virtual void setPaused(bool paused) = 0;
    // Lines that have become rows, and those that never will.
    virtual qint64 shown() const = 0;
    virtual qint64 lost() const = 0;
    // Hides lines of lower levels. False: the model cannot do that.
    virtual bool setLowestLevel(Level level)
    {
        Q_UNUSED(level)
        return false;
    }
    // What has to be written for this way.
    virtual QStringList sources() const = 0;

    // The model has at most `capacity` rows, the newest.
    static std::unique_ptr<Transport> make(Kind kind, int capacity);
};

std::unique_ptr<Transport> makeQueuedSignals(int capacity);
std::unique_ptr<Transport> makeBatchedSignals(int capacity);
std::unique_ptr<Transport> makeThrottle(int capacity);
std::unique_ptr<Transport> makeByHand(int capacity);
std::unique_ptr<Transport> makeThroughSignalBox(int capacity);
