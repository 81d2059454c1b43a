// SPDX-License-Identifier: MIT
#pragma once

#include "quote.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qstringlist.h>

#include <memory>

namespace SignalBox {
class RegistryObject;
}

// A way of sending quotes from workers into a model with a row for each symbol.
class Way
{
public:
    enum class Kind { QueuedSignals, Throttle, ByHand, SignalBox };

    virtual ~Way() = default;

    virtual QString name() const = 0;
    virtual QAbstractItemModel *model() = 0;
    // From any thread.
    virtual void send(Quote &&quote) = 0;
    // Shows symbols that contain the text, if the model can do that.
    virtual void setFilter(const QString &text) { Q_UNUSED(text) }
    // What has to be written for this way.
    virtual QStringList sources() const = 0;
    // Null for all but one.
    virtual SignalBox::RegistryObject *registry() { return nullptr; }

    // The model has room for so many symbols.
    static std::unique_ptr<Way> make(Kind kind, int symbols);
};

std::unique_ptr<Way> makeQueuedSignals(int symbols);
std::unique_ptr<Way> makeThrottle(int symbols);
std::unique_ptr<Way> makeByHand(int symbols);
std::unique_ptr<Way> makeThroughSignalBox(int symbols);
