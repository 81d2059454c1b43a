// SPDX-License-Identifier: MIT
#include <SignalBox/EventRegistry>
#include <SignalBox/SparseStorage>

// What a signal handler runs, compiled alone: the test looks at what the object file calls.

void recordByIndex(SignalBox::EventRegistry<> &events, SignalBox::EventId id);
void recordByIndex(SignalBox::EventRegistry<> &events, SignalBox::EventId id)
{
    events.recordEvent(id);
}

void recordBySearch(SignalBox::EventRegistry<SignalBox::SparseStorage> &events, SignalBox::EventId id);
void recordBySearch(SignalBox::EventRegistry<SignalBox::SparseStorage> &events, SignalBox::EventId id)
{
    events.recordEvent(id);
}
