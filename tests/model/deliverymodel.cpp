// SPDX-License-Identifier: MIT
#include "latestscenarios.h"
#include "queuescenarios.h"
#include "ringscenarios.h"
#include "segmentscenarios.h"
#include "transitscenarios.h"

#include <cstdlib>
#include <iostream>
#include <string_view>

// The lock-free parts of the Qt layer: the queue of a mailbox, the ring of a backlog, the segments of a batch handler, the wake-up of all,
// the slots of latestBy(), and the transit of a handler to another mailbox.
//   deliverymodel pass [iterations]             every scenario must pass
//   deliverymodel weaken [iterations]           each order of the table, weakened, must make its scenario fail
//   deliverymodel search [iterations]           which scenario fails for which weakened order
//   deliverymodel show iterations SCENARIO      the history of the schedule that fails

namespace Model {
namespace {

#define SIGNALBOX_SCENARIO(name) Row{#name, &runScenario<name>}
constexpr Row scenarios[] = {
        SIGNALBOX_SCENARIO(OneProducer),    SIGNALBOX_SCENARIO(TwoProducers), SIGNALBOX_SCENARIO(ClosedForOne),
        SIGNALBOX_SCENARIO(ClosedForTwo),   SIGNALBOX_SCENARIO(LatestOfOne),  SIGNALBOX_SCENARIO(LatestOfTwo),
        SIGNALBOX_SCENARIO(BoundedOfOne),   SIGNALBOX_SCENARIO(BoundedOfTwo), SIGNALBOX_SCENARIO(BoundedOfThree),
        SIGNALBOX_SCENARIO(PutBackTooLate),
        SIGNALBOX_SCENARIO(NewestLost),     SIGNALBOX_SCENARIO(NewestLostOfTwo),
        SIGNALBOX_SCENARIO(SegmentsOfOne),  SIGNALBOX_SCENARIO(SegmentsOfTwo), SIGNALBOX_SCENARIO(ShortSegmentsOfTwo),
        SIGNALBOX_SCENARIO(SegmentsOfThree),
        SIGNALBOX_SCENARIO(MoveUnderOne),   SIGNALBOX_SCENARIO(MoveUnderTwo),
        SIGNALBOX_SCENARIO(OneKeyOfOne),    SIGNALBOX_SCENARIO(OneKeyOfTwo),  SIGNALBOX_SCENARIO(OneKeyOfThree),
        SIGNALBOX_SCENARIO(TwoKeysOfTwo),
};
#undef SIGNALBOX_SCENARIO

struct Site
{
    DeliverySite site;
    const char *name;
};
#define SIGNALBOX_SITE(name) Site{DeliverySite::name, #name}
constexpr Site sites[] = {
        SIGNALBOX_SITE(AppendEntry), SIGNALBOX_SITE(LinkEntry),   SIGNALBOX_SITE(FollowLink),
        SIGNALBOX_SITE(CompareLast), SIGNALBOX_SITE(RaiseWakeUp), SIGNALBOX_SITE(ClearWakeUp),
        SIGNALBOX_SITE(TakeTicket),  SIGNALBOX_SITE(ReadTickets), SIGNALBOX_SITE(StoreItem),
        SIGNALBOX_SITE(TakeItem),    SIGNALBOX_SITE(CountItem),
        SIGNALBOX_SITE(PutNewest),   SIGNALBOX_SITE(TakeNewest),  SIGNALBOX_SITE(LockTable),
        SIGNALBOX_SITE(UnlockTable), SIGNALBOX_SITE(LeaveWork),   SIGNALBOX_SITE(TakeLeft),
        SIGNALBOX_SITE(ClaimPlace),  SIGNALBOX_SITE(AddSegment),  SIGNALBOX_SITE(PublishPlace),
        SIGNALBOX_SITE(SeePlace),    SIGNALBOX_SITE(TakeSegments), SIGNALBOX_SITE(ReadTail),
        SIGNALBOX_SITE(Reserve),     SIGNALBOX_SITE(Release),     SIGNALBOX_SITE(OpenTransit),
};
#undef SIGNALBOX_SITE

// The rows of the table in src/ARCHITECTURE.md: this order weakened, that scenario fails.
struct Weakened
{
    DeliverySite site;
    Weakening weakening;
    const char *scenario;
};
constexpr Weakened table[] = {
        {DeliverySite::AppendEntry, Weakening::Relaxed, "OneProducer"},
        {DeliverySite::AppendEntry, Weakening::NotSequential, "OneProducer"},
        {DeliverySite::LinkEntry, Weakening::Relaxed, "OneProducer"},
        {DeliverySite::FollowLink, Weakening::Relaxed, "OneProducer"},
        {DeliverySite::CompareLast, Weakening::NotSequential, "OneProducer"},
        {DeliverySite::RaiseWakeUp, Weakening::NotSequential, "OneProducer"},
        {DeliverySite::ClearWakeUp, Weakening::NotSequential, "OneProducer"},
        {DeliverySite::TakeTicket, Weakening::NotSequential, "BoundedOfOne"},
        {DeliverySite::ReadTickets, Weakening::NotSequential, "BoundedOfOne"},
        {DeliverySite::StoreItem, Weakening::Relaxed, "LatestOfOne"},
        {DeliverySite::TakeItem, Weakening::Relaxed, "LatestOfOne"},
        {DeliverySite::PutNewest, Weakening::Relaxed, "OneKeyOfOne"},
        {DeliverySite::TakeNewest, Weakening::Relaxed, "OneKeyOfOne"},
        {DeliverySite::LockTable, Weakening::Relaxed, "OneKeyOfOne"},
        {DeliverySite::UnlockTable, Weakening::Relaxed, "OneKeyOfOne"},
        {DeliverySite::LeaveWork, Weakening::Relaxed, "OneKeyOfTwo"},
        {DeliverySite::TakeLeft, Weakening::Relaxed, "OneKeyOfTwo"},
        {DeliverySite::ClaimPlace, Weakening::Relaxed, "SegmentsOfTwo"},
        {DeliverySite::AddSegment, Weakening::Relaxed, "SegmentsOfOne"},
        {DeliverySite::AddSegment, Weakening::NotSequential, "SegmentsOfOne"},
        {DeliverySite::PublishPlace, Weakening::Relaxed, "SegmentsOfOne"},
        {DeliverySite::SeePlace, Weakening::Relaxed, "SegmentsOfOne"},
        {DeliverySite::TakeSegments, Weakening::Relaxed, "SegmentsOfOne"},
        {DeliverySite::ReadTail, Weakening::NotSequential, "SegmentsOfOne"},
        {DeliverySite::Reserve, Weakening::Relaxed, "MoveUnderOne"},
        {DeliverySite::OpenTransit, Weakening::Relaxed, "MoveUnderOne"},
};

int weakenAll(unsigned long iterations)
{
    int failures = 0;
    for (const Weakened &weakened : table) {
        weakenedSite = weakened.site;
        siteWeakening = weakened.weakening;
        const bool noticed = !runQuietly(rowOf(scenarios, weakened.scenario), iterations);
        std::cout << (noticed ? "pass " : "FAIL ") << siteName(sites, weakened.site) << ", "
                  << nameOf(weakened.weakening) << ": " << weakened.scenario
                  << (noticed ? " notices" : " does not notice") << std::endl;
        failures += !noticed;
    }
    return failures;
}

int search(unsigned long iterations)
{
    for (const Site &site : sites) {
        for (const Weakening weakening : {Weakening::Relaxed, Weakening::NotSequential}) {
            weakenedSite = site.site;
            siteWeakening = weakening;
            std::cout << site.name << ", " << nameOf(weakening) << ", "
                      << firstFailure(scenarios, iterations) << std::endl;
        }
    }
    return 0;
}

} // namespace
} // namespace Model

int main(int argc, char **argv)
{
    using namespace Model;
    const std::string_view command = argc > 1 ? argv[1] : "pass";
    const unsigned long iterations = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5000;
    if (command == "pass")
        return runAll(scenarios, iterations);
    if (command == "weaken")
        return weakenAll(iterations);
    if (command == "search")
        return search(iterations);
    if (command == "show" && argc > 3)
        return rowOf(scenarios, argv[3]).run(iterations, std::cout) ? 0 : 1;
    std::cerr << "usage: deliverymodel pass|weaken|search [ITERATIONS]\n"
                 "       deliverymodel show ITERATIONS SCENARIO\n";
    return 2;
}
