// SPDX-License-Identifier: MIT
#include "keyedscenarios.h"
#include "newestscenarios.h"
#include "queuescenarios.h"
#include "ringscenarios.h"
#include "segmentscenarios.h"
#include "transitscenarios.h"

#include <cstdlib>
#include <iostream>
#include <string_view>

// The lock-free parts of the Qt layer: the queue of a mailbox, the place of newest(1), the segments of a batch handler, the wake-up of all,
// the slots of newestBy(), the transit of a handler to another mailbox,
// and the ring of a real-time source.
//   deliverymodel pass [iterations]             every scenario must pass
//   deliverymodel weaken [iterations]           each order of the table, weakened, must make its scenario fail
//   deliverymodel search [iterations]           which scenario fails for which weakened order
//   deliverymodel show iterations SCENARIO      the history of the schedule that fails

namespace Model {
namespace {

#define SIGNALBOX_SCENARIO(name) Row{#name, &runScenario<name>}
constexpr Row scenarios[] = {
        SIGNALBOX_SCENARIO(OneProducer),    SIGNALBOX_SCENARIO(TwoProducers), SIGNALBOX_SCENARIO(ClosedForOne),
        SIGNALBOX_SCENARIO(ClosedForTwo),   SIGNALBOX_SCENARIO(NewestOfOne),  SIGNALBOX_SCENARIO(NewestOfTwo),
        SIGNALBOX_SCENARIO(SegmentsOfOne),  SIGNALBOX_SCENARIO(SegmentsOfTwo), SIGNALBOX_SCENARIO(ShortSegmentsOfTwo),
        SIGNALBOX_SCENARIO(SegmentsOfThree),
        SIGNALBOX_SCENARIO(MoveUnderOne),   SIGNALBOX_SCENARIO(MoveUnderTwo),
        SIGNALBOX_SCENARIO(OneKeyOfOne),    SIGNALBOX_SCENARIO(OneKeyOfTwo),
        SIGNALBOX_SCENARIO(TwoKeysOfTwo),   SIGNALBOX_SCENARIO(RingOfOne),    SIGNALBOX_SCENARIO(RingOfThree),
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
        SIGNALBOX_SITE(PutItem),     SIGNALBOX_SITE(TakeItem),    SIGNALBOX_SITE(PutNewest),
        SIGNALBOX_SITE(TakeNewest),  SIGNALBOX_SITE(PushChanged), SIGNALBOX_SITE(TakeChanged),
        SIGNALBOX_SITE(ReadChanged),
        SIGNALBOX_SITE(ClaimPlace),  SIGNALBOX_SITE(AddSegment),  SIGNALBOX_SITE(PublishPlace),
        SIGNALBOX_SITE(SeePlace),    SIGNALBOX_SITE(TakeSegments), SIGNALBOX_SITE(ReadTail),
        SIGNALBOX_SITE(OfferPlace),  SIGNALBOX_SITE(SeeOffered),  SIGNALBOX_SITE(FreePlace),
        SIGNALBOX_SITE(SeeFreed),    SIGNALBOX_SITE(EndOffers),   SIGNALBOX_SITE(SeeEnd),
        SIGNALBOX_SITE(Reserve),     SIGNALBOX_SITE(Release),     SIGNALBOX_SITE(OpenTransit),
        SIGNALBOX_SITE(SetLeft),     SIGNALBOX_SITE(SeeLeft),
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
        {DeliverySite::PutItem, Weakening::Relaxed, "NewestOfOne"},
        {DeliverySite::PutItem, Weakening::NotSequential, "NewestOfOne"},
        {DeliverySite::TakeItem, Weakening::Relaxed, "NewestOfOne"},
        {DeliverySite::TakeItem, Weakening::NotSequential, "NewestOfOne"},
        {DeliverySite::PutNewest, Weakening::Relaxed, "OneKeyOfOne"},
        {DeliverySite::TakeNewest, Weakening::Relaxed, "OneKeyOfOne"},
        {DeliverySite::PushChanged, Weakening::Relaxed, "TwoKeysOfTwo"},
        {DeliverySite::PushChanged, Weakening::NotSequential, "TwoKeysOfTwo"},
        {DeliverySite::TakeChanged, Weakening::Relaxed, "TwoKeysOfTwo"},
        {DeliverySite::ReadChanged, Weakening::NotSequential, "TwoKeysOfTwo"},
        {DeliverySite::ClaimPlace, Weakening::Relaxed, "SegmentsOfTwo"},
        {DeliverySite::AddSegment, Weakening::Relaxed, "SegmentsOfOne"},
        {DeliverySite::AddSegment, Weakening::NotSequential, "SegmentsOfOne"},
        {DeliverySite::PublishPlace, Weakening::Relaxed, "SegmentsOfOne"},
        {DeliverySite::SeePlace, Weakening::Relaxed, "SegmentsOfOne"},
        {DeliverySite::TakeSegments, Weakening::Relaxed, "SegmentsOfOne"},
        {DeliverySite::ReadTail, Weakening::NotSequential, "SegmentsOfOne"},
        {DeliverySite::OfferPlace, Weakening::Relaxed, "RingOfThree"},
        {DeliverySite::SeeOffered, Weakening::Relaxed, "RingOfThree"},
        {DeliverySite::FreePlace, Weakening::Relaxed, "RingOfOne"},
        {DeliverySite::SeeFreed, Weakening::Relaxed, "RingOfOne"},
        {DeliverySite::EndOffers, Weakening::Relaxed, "RingOfThree"},
        {DeliverySite::SeeEnd, Weakening::Relaxed, "RingOfThree"},
        {DeliverySite::Reserve, Weakening::Relaxed, "MoveUnderOne"},
        {DeliverySite::OpenTransit, Weakening::Relaxed, "MoveUnderOne"},
        {DeliverySite::SetLeft, Weakening::Relaxed, "MoveUnderOne"},
        {DeliverySite::SeeLeft, Weakening::Relaxed, "MoveUnderOne"},
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
