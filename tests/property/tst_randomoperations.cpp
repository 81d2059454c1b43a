// SPDX-License-Identifier: MIT
#include "comparison.h"

#include <rapidcheck.h>

#include <climits>
#include <cstdlib>
#include <string>
#include <vector>

// Random sequences of operations, performed by the library and by a plain model. What can be observed must be the same:
// who is called, in which order, with what, whose captures exist at every call, what calls return, what handlers() lists.
//
// On a failure RapidCheck prints the smallest sequence it found, and text for the environment variable RC_PARAMS that
// brings it back. RC_PARAMS also takes a seed, and a number of sequences: RC_PARAMS="seed=5 max_success=100000".

namespace {

rc::Gen<int> priorities()
{
    return rc::gen::weightedOneOf<int>({{20, rc::gen::inRange(-2, 3)}, {1, rc::gen::element(INT_MIN, INT_MAX)}});
}

// Weighted by how much each finds out; without those at the end there would be little left to find out about.
rc::Gen<Kind> kinds()
{
    return rc::gen::weightedElement<Kind>({
        {12, Kind::Register},
        {1, Kind::RegisterCrowd},
        {5, Kind::RegisterGuard},
        {6, Kind::Unregister},
        {2, Kind::UnregisterAndWait},
        {6, Kind::SetEnabled},
        {4, Kind::SetPriority},
        {16, Kind::Notify},
        {2, Kind::ResetGuard},
        {2, Kind::ReleaseGuard},
        {1, Kind::UnregisterGuard},
        {2, Kind::MoveGuard},
        {1, Kind::SwapGuards},
        {2, Kind::AddToGuardSet},
        {1, Kind::ResetGuardSet},
        {3, Kind::OnException},
        {1, Kind::ClearExceptionCallback},
        {1, Kind::Clear},
        {1, Kind::Recreate},
    });
}

rc::Gen<Operation> operations(int scriptDepth)
{
    const auto script = scriptDepth == 0
        ? rc::gen::just(std::vector<Operation>())
        : rc::gen::scale(0.04, rc::gen::container<std::vector<Operation>>(
                                   rc::gen::lazy([scriptDepth] { return operations(scriptDepth - 1); })));
    return rc::gen::build<Operation>(
        rc::gen::set(&Operation::kind, kinds()),
        rc::gen::set(&Operation::registry, rc::gen::weightedElement<unsigned>({{4, 0U}, {1, 1U}})),
        rc::gen::set(&Operation::target, rc::gen::inRange(0U, 60U)),
        rc::gen::set(&Operation::number, rc::gen::inRange(0U, 100U)),
        rc::gen::set(&Operation::priority, priorities()),
        rc::gen::set(&Operation::once, rc::gen::weightedElement<bool>({{4, false}, {1, true}})),
        rc::gen::set(&Operation::enabled, rc::gen::weightedElement<bool>({{3, true}, {1, false}})),
        rc::gen::set(&Operation::ending, rc::gen::weightedElement<Ending>({{4, Ending::Return},
                                                                          {2, Ending::Continue},
                                                                          {1, Ending::Stop},
                                                                          {2, Ending::Throw}})),
        rc::gen::set(&Operation::script, script));
}

rc::Gen<std::vector<Operation>> sequences()
{
    return rc::gen::container<std::vector<Operation>>(operations(2));
}

void checkSameTrace(const std::vector<Operation> &sequence, const Limits &limits)
{
    if (const auto difference = firstDifference(sequence, limits))
        RC_FAIL(*difference);
}

// As deep as the hazard slots of a thread go: there are seven, and the notify and the exception callback of each level take one.
bool libraryAgreesWithThePlainModel()
{
    return rc::check("the library agrees with the plain model", [] {
        checkSameTrace(*sequences(), {.depth = 4, .notifies = 12, .mayResumeInside = true});
    });
}

// Deeper than that. What resuming a handler means to a notify that is under way is not
// promised, and differs there: such a notify looks at every handler's state.
bool libraryAgreesWithThePlainModelDeeplyNested()
{
    return rc::check("the library agrees with the plain model, deeply nested", [] {
        auto sequence = *sequences();
        // Something that goes deep.
        sequence.insert(sequence.begin() + static_cast<std::ptrdiff_t>(sequence.size() / 3),
                        Operation{.kind = Kind::Register, .priority = 1, .script = {Operation{.kind = Kind::Notify}}});
        checkSameTrace(sequence, {.depth = 25, .notifies = 30, .mayResumeInside = false});
    });
}

} // namespace

int main()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr const char *count = "max_success=80 "; // sequences take ten times as long
#else
    constexpr const char *count = "max_success=600 ";
#endif
    // What the environment asks for comes later, and so counts.
    const char *wanted = std::getenv("RC_PARAMS");
    setenv("RC_PARAMS", (count + std::string(wanted ? wanted : "")).c_str(), 1);
    const bool isRight = libraryAgreesWithThePlainModel();
    return libraryAgreesWithThePlainModelDeeplyNested() && isRight ? 0 : 1;
}
