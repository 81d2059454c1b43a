// SPDX-License-Identifier: MIT
#include "metrics.h"

#include "prometheustext.h"

void Metrics::count(const Served &served) noexcept
{
    Requests &requests = m_requests[served.route];
    (served.hasFailed ? requests.failed : requests.answered).add();
    m_sizes.add(served.bytes);
}

std::string Metrics::text() const
{
    PrometheusText text;
    text.addMetric("requests_total", "counter", "Requests by route and outcome.");
    for (std::size_t i = 0; i < routes.size(); ++i) {
        text.addSample("requests_total", {{"route", routes[i]}, {"outcome", "answered"}},
                       m_requests[i].answered.value());
        text.addSample("requests_total", {{"route", routes[i]}, {"outcome", "failed"}}, m_requests[i].failed.value());
    }

    text.addMetric("answer_size_bytes", "histogram", "Sizes of answers.");
    const auto counts = m_sizes.cumulativeCounts();
    for (std::size_t i = 0; i < m_sizes.bounds().size(); ++i)
        text.addSample("answer_size_bytes_bucket", {{"le", std::to_string(m_sizes.bounds()[i])}}, counts[i]);
    text.addSample("answer_size_bytes_bucket", {{"le", "+Inf"}}, counts.back());
    text.addSample("answer_size_bytes_sum", {}, m_sizes.sum());
    text.addSample("answer_size_bytes_count", {}, counts.back());
    return text.text();
}
