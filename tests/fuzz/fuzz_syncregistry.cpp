// SPDX-License-Identifier: MIT
#include "../property/comparison.h"
#include "bytes.h"

#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

// Bytes to a sequence of operations on two SyncRegistries, performed by the library and by the plain model of the property
// test, whose traces must be the same. Where RapidCheck draws from a distribution, the fuzzer looks for what reaches new
// code.

namespace {

constexpr int longestSequence = 150;
constexpr int deepestScript = 3;

Kind kindOf(unsigned byte)
{
    // The kinds that others depend on have several numbers, so that few bytes make a sequence that does something.
    static constexpr Kind kinds[] = {
        Kind::Notify,         Kind::Register,      Kind::RegisterGuard,   Kind::Unregister,
        Kind::SetEnabled,     Kind::SetPriority,   Kind::Notify,          Kind::Register,
        Kind::RegisterCrowd,  Kind::UnregisterAndWait, Kind::Clear,       Kind::ResetGuard,
        Kind::ReleaseGuard,   Kind::UnregisterGuard, Kind::MoveGuard,     Kind::SwapGuards,
        Kind::OnException,    Kind::ClearExceptionCallback, Kind::Recreate, Kind::AddToGuardSet,
        Kind::ResetGuardSet,
    };
    return kinds[byte % std::size(kinds)];
}

bool hasScript(Kind kind)
{
    return kind == Kind::Register || kind == Kind::RegisterGuard || kind == Kind::OnException;
}

int priorityOf(unsigned byte)
{
    static constexpr int priorities[] = {0, 1, -1, 2, -2, INT_MAX, INT_MIN};
    return priorities[byte % std::size(priorities)];
}

Operation readOperation(Bytes &bytes, int depth)
{
    Operation operation;
    operation.kind = kindOf(bytes.byte());
    const unsigned flags = bytes.byte();
    operation.registry = flags & 1U;
    operation.once = (flags & 2U) != 0;
    operation.enabled = (flags & 4U) == 0;
    operation.ending = static_cast<Ending>((flags >> 3U) & 3U);
    operation.target = bytes.byte();
    operation.number = bytes.byte();
    if (hasScript(operation.kind) || operation.kind == Kind::SetPriority)
        operation.priority = priorityOf(bytes.byte());
    if (hasScript(operation.kind) && depth > 0) {
        for (unsigned left = bytes.below(5); left > 0 && !bytes.isEmpty(); --left)
            operation.script.push_back(readOperation(bytes, depth - 1));
    }
    return operation;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Bytes bytes(data, size);
    // What resuming a handler means to a notify that is under way is promised only as deep as there are hazard slots.
    const Limits limits = bytes.isSet() ? Limits{.depth = 25, .notifies = 30, .mayResumeInside = false}
                                        : Limits{.depth = 5, .notifies = 12, .mayResumeInside = true};
    std::vector<Operation> sequence;
    while (!bytes.isEmpty() && sequence.size() < longestSequence)
        sequence.push_back(readOperation(bytes, deepestScript));
    if (const auto difference = firstDifference(sequence, limits)) {
        std::fprintf(stderr, "%s\n", difference->c_str());
        std::abort();
    }
    return 0;
}
