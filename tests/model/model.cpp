// SPDX-License-Identifier: MIT
#include "depthscenarios.h"
#include "eventscenarios.h"
#include "idscenarios.h"
#include "reclaimscenarios.h"
#include "removalscenarios.h"
#include "simulation.h"
#include "statescenarios.h"

#include <cstdlib>
#include <iostream>
#include <string_view>

// Runs the models. Without arguments: every scenario in the given fence mode must pass.
//   model light|full [iterations]
//   model weaken [iterations]      each order of the table, weakened, must make its scenario fail
//   model search [iterations [SITE [SCENARIO]]] which scenario fails for which weakened order
//   model show iterations SCENARIO light|full  the history of the schedule that fails

namespace Model {
namespace {

#define SIGNALBOX_SCENARIO(name) Row{#name, &runScenario<name>}
constexpr Row scenarios[] = {
        SIGNALBOX_SCENARIO(WalkAgainstReclaimer),
        SIGNALBOX_SCENARIO(TwoWriters),
        SIGNALBOX_SCENARIO(TwoReclaimers),
        SIGNALBOX_SCENARIO(ReaderLeavesDeadRegistry),
        SIGNALBOX_SCENARIO(TwoReadersLeaveDeadRegistry),
        SIGNALBOX_SCENARIO(GuardAgainstDeath),
        SIGNALBOX_SCENARIO(WaitThenFree),
        SIGNALBOX_SCENARIO(WaitThenFreeOnChangedList),
        SIGNALBOX_SCENARIO(GuardLosesClaim),
        SIGNALBOX_SCENARIO(CaptureDiesOnce),
        SIGNALBOX_SCENARIO(LeavesByAnnouncingNext),
        SIGNALBOX_SCENARIO(CaptureIsDeadAfterWait),
        SIGNALBOX_SCENARIO(RemovedFromInsideTwice),
        SIGNALBOX_SCENARIO(TwoRemovedTogether),
        SIGNALBOX_SCENARIO(WithheldIsNotCalled),
        SIGNALBOX_SCENARIO(OnceRunsOnce),
        SIGNALBOX_SCENARIO(PausedIsNotCalled),
        SIGNALBOX_SCENARIO(PauseAgainstResume),
        SIGNALBOX_SCENARIO(IdSlotReuse),
        SIGNALBOX_SCENARIO(IdIsPublished),
        SIGNALBOX_SCENARIO(LookUpOfReusedSlot),
        SIGNALBOX_SCENARIO(LookUpOfSlotOfAnother),
        SIGNALBOX_SCENARIO(FreeSlotIsGivenOnce),
        SIGNALBOX_SCENARIO(RemovedWithoutMemory),
        SIGNALBOX_SCENARIO(RemovedDuringRebuild),
        SIGNALBOX_SCENARIO(DeepWalkAgainstRemoval),
        SIGNALBOX_SCENARIO(CaptureDiesOnceInDeepWalk),
        SIGNALBOX_SCENARIO(DeepWalkOfDeadRegistry),
        SIGNALBOX_SCENARIO(DeepWalkOfDyingRegistry),
        SIGNALBOX_SCENARIO(CalledAloneThenFreed),
        SIGNALBOX_SCENARIO(CalledAloneOfDeadRegistry),
        SIGNALBOX_SCENARIO(CalledAloneAgainstNamedRemoval),
        SIGNALBOX_SCENARIO(EventIsDeliveredOnce),
        SIGNALBOX_SCENARIO(TwoRecorders),
        SIGNALBOX_SCENARIO(RecordsAreMerged),
        SIGNALBOX_SCENARIO(WaiterIsWoken),
        SIGNALBOX_SCENARIO(WaiterSeesTwoChanges),
        SIGNALBOX_SCENARIO(WaiterIsWokenByTheEnd),
        SIGNALBOX_SCENARIO(ChangeIsSeenWithItsData),
        SIGNALBOX_SCENARIO(CallbackMeetsTheEnd),
        SIGNALBOX_SCENARIO(InitialCallHasNoGap),
};
#undef SIGNALBOX_SCENARIO

struct Site
{
    MemorySite site;
    const char *name;
};
#define SIGNALBOX_SITE(name) Site{MemorySite::name, #name}
constexpr Site sites[] = {
        SIGNALBOX_SITE(AnnounceList),
        SIGNALBOX_SITE(ValidateHead),
        SIGNALBOX_SITE(PublishHead),
        SIGNALBOX_SITE(ScanLists),
        SIGNALBOX_SITE(LeaveList),
        SIGNALBOX_SITE(HeavyFenceReclaim),
        SIGNALBOX_SITE(AnnounceHandler),
        SIGNALBOX_SITE(CheckHead),
        SIGNALBOX_SITE(SeeChange),
        SIGNALBOX_SITE(MarkWithdrawn),
        SIGNALBOX_SITE(CheckState),
        SIGNALBOX_SITE(ScanCurrents),
        SIGNALBOX_SITE(LeaveHandler),
        SIGNALBOX_SITE(HeavyFenceRemove),
        SIGNALBOX_SITE(CallableDestroyed),
        SIGNALBOX_SITE(MarkAwaited),
        SIGNALBOX_SITE(CountLeave),
        SIGNALBOX_SITE(PublishId),
        SIGNALBOX_SITE(ClaimId),
        SIGNALBOX_SITE(FreeIdSlot),
        SIGNALBOX_SITE(RetireItem),
        SIGNALBOX_SITE(ElectReclaimer),
        SIGNALBOX_SITE(RequestRecord),
        SIGNALBOX_SITE(DropReference),
        SIGNALBOX_SITE(AddRecord),
        SIGNALBOX_SITE(AcquireRecord),
        SIGNALBOX_SITE(ReleaseRecord),
        SIGNALBOX_SITE(CountUnchecked),
        SIGNALBOX_SITE(PinList),
        SIGNALBOX_SITE(CountInside),
        SIGNALBOX_SITE(RecordFlag),
        SIGNALBOX_SITE(RecordSummary),
        SIGNALBOX_SITE(TakeSummary),
        SIGNALBOX_SITE(TakeFlag),
        SIGNALBOX_SITE(AdvanceState),
        SIGNALBOX_SITE(SeeWaiters),
        SIGNALBOX_SITE(CountWake),
        SIGNALBOX_SITE(CountWaiter),
        SIGNALBOX_SITE(SeeWake),
        SIGNALBOX_SITE(AwaitState),
        SIGNALBOX_SITE(ReadState),
        SIGNALBOX_SITE(ConfirmOpen),
        SIGNALBOX_SITE(EndInitialCall),
        SIGNALBOX_SITE(SeeInitialCall),
};
#undef SIGNALBOX_SITE

const char *nameOf(FenceMode mode) { return mode == FenceMode::Light ? "light" : "full"; }

int passAll(FenceMode mode, unsigned long iterations)
{
    configuration = {};
    configuration.fence = mode;
    return runAll(scenarios, iterations, nameOf(mode));
}

int show(FenceMode mode, unsigned long iterations, std::string_view name)
{
    configuration = {};
    configuration.fence = mode;
    return rowOf(scenarios, name).run(iterations, std::cout) ? 0 : 1;
}

// The rows of the table in src/ARCHITECTURE.md: this order weakened, that scenario fails.
struct Weakened
{
    MemorySite site;
    FenceMode fence;
    Weakening weakening;
    const char *scenario;
};

constexpr Weakened table[] = {
        {MemorySite::AnnounceList, FenceMode::Full, Weakening::NotSequential, "TwoReclaimers"},
        {MemorySite::AnnounceList, FenceMode::Full, Weakening::Relaxed, "TwoReclaimers"},
        {MemorySite::ValidateHead, FenceMode::Light, Weakening::Relaxed, "WalkAgainstReclaimer"},
        {MemorySite::ValidateHead, FenceMode::Full, Weakening::NotSequential, "GuardAgainstDeath"},
        {MemorySite::PublishHead, FenceMode::Light, Weakening::Relaxed, "WalkAgainstReclaimer"},
        {MemorySite::PublishHead, FenceMode::Full, Weakening::NotSequential, "GuardAgainstDeath"},
        {MemorySite::ScanLists, FenceMode::Light, Weakening::Relaxed, "TwoReclaimers"},
        {MemorySite::ScanLists, FenceMode::Full, Weakening::NotSequential, "WalkAgainstReclaimer"},
        {MemorySite::LeaveList, FenceMode::Light, Weakening::Relaxed, "TwoReclaimers"},
        {MemorySite::LeaveList, FenceMode::Full, Weakening::NotSequential, "ReaderLeavesDeadRegistry"},
        {MemorySite::HeavyFenceReclaim, FenceMode::Light, Weakening::Relaxed, "WalkAgainstReclaimer"},
        {MemorySite::AnnounceHandler, FenceMode::Full, Weakening::NotSequential, "CaptureDiesOnce"},
        {MemorySite::AnnounceHandler, FenceMode::Full, Weakening::Relaxed, "CaptureDiesOnce"},
        {MemorySite::CheckHead, FenceMode::Full, Weakening::NotSequential, "GuardLosesClaim"},
        {MemorySite::MarkWithdrawn, FenceMode::Full, Weakening::NotSequential, "CaptureDiesOnce"},
        {MemorySite::CheckState, FenceMode::Full, Weakening::NotSequential, "CaptureDiesOnce"},
        {MemorySite::ScanCurrents, FenceMode::Light, Weakening::Relaxed, "GuardLosesClaim"},
        {MemorySite::ScanCurrents, FenceMode::Full, Weakening::NotSequential, "ReaderLeavesDeadRegistry"},
        {MemorySite::LeaveHandler, FenceMode::Light, Weakening::Relaxed, "GuardLosesClaim"},
        {MemorySite::LeaveHandler, FenceMode::Full, Weakening::NotSequential, "WaitThenFree"},
        {MemorySite::HeavyFenceRemove, FenceMode::Light, Weakening::Relaxed, "ReaderLeavesDeadRegistry"},
        {MemorySite::CallableDestroyed, FenceMode::Full, Weakening::Relaxed, "CaptureIsDeadAfterWait"},
        {MemorySite::MarkAwaited, FenceMode::Full, Weakening::NotSequential, "RemovedWithoutMemory"},
        {MemorySite::CountLeave, FenceMode::Light, Weakening::Relaxed, "GuardLosesClaim"},
        {MemorySite::ElectReclaimer, FenceMode::Light, Weakening::Relaxed, "GuardAgainstDeath"},
        {MemorySite::DropReference, FenceMode::Full, Weakening::Relaxed, "TwoReclaimers"},
        {MemorySite::AddRecord, FenceMode::Light, Weakening::Relaxed, "TwoReclaimers"},
        {MemorySite::AddRecord, FenceMode::Full, Weakening::NotSequential, "WalkAgainstReclaimer"},
        {MemorySite::AcquireRecord, FenceMode::Light, Weakening::Relaxed, "TwoReadersLeaveDeadRegistry"},
        {MemorySite::ReleaseRecord, FenceMode::Light, Weakening::Relaxed, "TwoReadersLeaveDeadRegistry"},
        {MemorySite::CountUnchecked, FenceMode::Light, Weakening::Relaxed, "RemovedDuringRebuild"},
        {MemorySite::PublishId, FenceMode::Light, Weakening::Relaxed, "LookUpOfReusedSlot"},
        {MemorySite::FreeIdSlot, FenceMode::Light, Weakening::Relaxed, "FreeSlotIsGivenOnce"},
        {MemorySite::RequestRecord, FenceMode::Full, Weakening::NotSequential, "DeepWalkOfDyingRegistry"},
        {MemorySite::PinList, FenceMode::Light, Weakening::Relaxed, "DeepWalkOfDyingRegistry"},
        {MemorySite::PinList, FenceMode::Full, Weakening::NotSequential, "DeepWalkOfDyingRegistry"},
        {MemorySite::CountInside, FenceMode::Light, Weakening::Relaxed, "CaptureDiesOnceInDeepWalk"},
        {MemorySite::CountInside, FenceMode::Full, Weakening::NotSequential, "CaptureDiesOnceInDeepWalk"},
        {MemorySite::RecordFlag, FenceMode::Full, Weakening::Relaxed, "TwoRecorders"},
        {MemorySite::TakeFlag, FenceMode::Full, Weakening::Relaxed, "TwoRecorders"},
        {MemorySite::RecordSummary, FenceMode::Full, Weakening::Relaxed, "EventIsDeliveredOnce"},
        {MemorySite::TakeSummary, FenceMode::Full, Weakening::Relaxed, "EventIsDeliveredOnce"},
        {MemorySite::AdvanceState, FenceMode::Full, Weakening::Relaxed, "WaiterIsWoken"},
        {MemorySite::AdvanceState, FenceMode::Full, Weakening::NotSequential, "WaiterIsWoken"},
        {MemorySite::SeeWaiters, FenceMode::Full, Weakening::NotSequential, "WaiterIsWoken"},
        {MemorySite::CountWaiter, FenceMode::Full, Weakening::NotSequential, "WaiterIsWoken"},
        {MemorySite::AwaitState, FenceMode::Full, Weakening::NotSequential, "WaiterIsWoken"},
        {MemorySite::ReadState, FenceMode::Full, Weakening::Relaxed, "ChangeIsSeenWithItsData"},
        {MemorySite::ConfirmOpen, FenceMode::Full, Weakening::Relaxed, "CallbackMeetsTheEnd"},
        {MemorySite::EndInitialCall, FenceMode::Full, Weakening::Relaxed, "InitialCallHasNoGap"},
        {MemorySite::SeeInitialCall, FenceMode::Full, Weakening::Relaxed, "InitialCallHasNoGap"},
};

// Of all sites and scenarios, or of one.
int search(unsigned long iterations, std::string_view only, std::string_view scenario)
{
    for (const Site &site : sites) {
        if (!only.empty() && only != site.name)
            continue;
        for (const FenceMode mode : {FenceMode::Light, FenceMode::Full}) {
            for (const Weakening weakening : {Weakening::Relaxed, Weakening::NotSequential}) {
                if (mode == FenceMode::Light && weakening == Weakening::NotSequential)
                    continue;
                configuration = {};
                configuration.fence = mode;
                configuration.weakening = weakening;
                configuration.site = site.site;
                std::cout << site.name << ", " << nameOf(mode) << ", " << nameOf(weakening) << ", "
                          << firstFailure(scenarios, iterations, scenario) << std::endl;
            }
        }
    }
    return 0;
}

// Every row's scenario must fail. The table is the one in src/ARCHITECTURE.md.
int weakenAll(unsigned long iterations)
{
    int failures = 0;
    for (const Weakened &weakened : table) {
        configuration = {};
        configuration.fence = weakened.fence;
        configuration.weakening = weakened.weakening;
        configuration.site = weakened.site;
        const Row &row = rowOf(scenarios, weakened.scenario);
        const bool noticed = !runQuietly(row, iterations);
        std::cout << (noticed ? "pass " : "FAIL ") << siteName(sites, weakened.site) << " in " << nameOf(weakened.fence)
                  << "-fence mode, " << nameOf(weakened.weakening) << ": " << row.name
                  << (noticed ? " notices" : " does not notice") << std::endl;
        failures += !noticed;
    }
    return failures;
}

} // namespace
} // namespace Model

int main(int argc, char **argv)
{
    using namespace Model;
    const std::string_view command = argc > 1 ? argv[1] : "light";
    const unsigned long iterations = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5000;
    if (command == "light")
        return passAll(FenceMode::Light, iterations);
    if (command == "full")
        return passAll(FenceMode::Full, iterations);
    if (command == "weaken")
        return weakenAll(iterations);
    if (command == "show" && argc > 4)
        return show(std::string_view(argv[4]) == "full" ? FenceMode::Full : FenceMode::Light, iterations, argv[3]);
    if (command == "search")
        return search(iterations, argc > 3 ? argv[3] : "", argc > 4 ? argv[4] : "");
    std::cerr << "usage: model light|full|weaken [ITERATIONS]\n"
                 "       model search [ITERATIONS [SITE [SCENARIO]]]\n"
                 "       model show ITERATIONS SCENARIO light|full\n";
    return 2;
}
