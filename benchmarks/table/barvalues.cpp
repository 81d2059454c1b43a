// SPDX-License-Identifier: MIT
#include "barvalues.h"

#include <utility>

namespace SignalBoxBenchmark {

Bar::Value timeOf(const std::string &question, const std::string &peer, const std::string &variant)
{
    return [=](const ProcessRun &run) { return run.time(question, peer, variant); };
}

Bar::Value counterOf(const std::string &question, const std::string &peer, const std::string &variant,
                     const std::string &key)
{
    return [=](const ProcessRun &run) { return run.counter(question, peer, variant, key); };
}

Bar::Value constant(double value)
{
    return [=](const ProcessRun &) { return std::optional(value); };
}

Bar::Value difference(Bar::Value left, Bar::Value right)
{
    return [left = std::move(left), right = std::move(right)](const ProcessRun &run) -> std::optional<double> {
        const std::optional<double> first = left(run);
        const std::optional<double> second = right(run);
        return first && second ? std::optional(*first - *second) : std::nullopt;
    };
}

Bar::Value quotient(Bar::Value left, Bar::Value right)
{
    return [left = std::move(left), right = std::move(right)](const ProcessRun &run) -> std::optional<double> {
        const std::optional<double> first = left(run);
        const std::optional<double> second = right(run);
        return first && second && *second > 0 ? std::optional(*first / *second) : std::nullopt;
    };
}

} // namespace SignalBoxBenchmark
