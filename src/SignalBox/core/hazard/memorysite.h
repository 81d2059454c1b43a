// SPDX-License-Identifier: MIT
#pragma once

namespace SignalBox::detail {

// Every atomic operation whose memory order carries weight names its site. In the shipped library the
// name is only documentation; the models weaken one site at a time and a test must fail. The table of
// sites (order, partner, what breaks, which model shows it) is in src/ARCHITECTURE.md; the reasons
// stand at the operations.
enum class MemorySite {
    // The published list: readers against reclaimers (hazardrecord.h, reclaimer.h).
    AnnounceList, // reader: hazard slot names the list
    ValidateHead, // reader: the list is still the published one
    PublishHead, // writer: compare-exchange of the published list
    ScanLists, // reclaimer: loads the hazard slots
    LeaveList, // reader: hazard slot cleared
    HeavyFenceReclaim, // reclaimer: between publication and scan
    // The handler being called: readers against removers (dispatch.h, settlement.h).
    AnnounceHandler, // reader: slot's `current` names the handler
    CheckHead, // reader: has anything changed since the walk began?
    SeeChange, // reader: it has
    MarkWithdrawn, // remover: the published list has followed the node's state
    CheckState, // reader: the node's own state, when something has changed
    ScanCurrents, // remover, last leaver: loads every `current`
    LeaveHandler, // reader: `current` moves on
    HeavyFenceRemove, // remover, last leaver: between mark and scan
    CallableDestroyed, // the capture's destructor has run
    // Waiting (settlement.h).
    MarkAwaited, // waiter: asks leavers to wake it
    CountLeave, // leaver: the word waiters sleep on
    // Identity (idtable.h).
    PublishId,
    ClaimId,
    FreeIdSlot, // stack of free slots
    // Reclamation (reclaimer.h, hazarddomain.h).
    RetireItem, // stack of what has been replaced
    ElectReclaimer, // counter: who reclaims
    RequestRecord, // flag in a reader's record: something waits for you
    DropReference, // the last one frees
    AddRecord, // the list of records, part of every scan
    AcquireRecord,
    ReleaseRecord,
    // Changes made without memory (registrycore.h).
    CountUnchecked,
    // Notifies nested deeper than the slots of a record (dispatch.h).
    PinList,
    CountInside,
    // Flagged events (pendingevents.h).
    RecordFlag, // recorder: the event's own flag
    RecordSummary, // recorder: some flag is set
    TakeSummary, // broadcast: before the flags
    TakeFlag, // broadcast
    // A watch's version and who sleeps on it (watchversion.h).
    AdvanceState, // sender: a change, or the end
    SeeWaiters, // sender: does anybody sleep?
    CountWake, // sender: the word waiters sleep on
    CountWaiter, // waiter: about to sleep
    SeeWake, // waiter: the word it sleeps on
    AwaitState, // waiter: has it changed meanwhile?
    ReadState, // receiver: has it changed?
    ConfirmOpen, // receiver: the sender was still there when a callback was added
    // The initial call of a watch's callback (toldversion.h).
    EndInitialCall, // the registering thread
    SeeInitialCall, // sender: has it ended?
};

} // namespace SignalBox::detail
