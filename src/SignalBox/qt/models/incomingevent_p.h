// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/eventrow_p.h>
#include <SignalBox/qt/models/modelrow_p.h>

#include <QtCore/qvariant.h>

#include <cstddef>
#include <cstdint>

namespace SignalBox::detail {

/*! An event that has come to a model, or a row of a snapshot, and what is known of the row that it is for. */
struct IncomingEvent
{
    EventRow event{};
    std::uint64_t count = 1; // for how many events it stands
    ModelRow *row = nullptr; // of its key, with the number of its arrival; null: not known
    std::uint64_t arrival = 0;
    QVariant key{}; // invalid: not known
    std::size_t hash = 0;
    int number = -1;     // in snapshots, see SnapshotState; -1: none
    bool isGone = false; // its row is to go
    bool hasRow = false; // the one of that number, if it is known
};

} // namespace SignalBox::detail
