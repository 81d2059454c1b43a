// SPDX-License-Identifier: MIT
#pragma once

#include "counter.h"
#include "histogram.h"
#include "served.h"

#include <array>
#include <string>

/*! What this program counts. count() is lock-free, and may run on any number of threads while one calls text(). */
class Metrics
{
public:
    // As they were asked for: nothing about them is safe.
    static constexpr std::array routes{"/", "/search?q=\"quoted\"", "/share\\folder", "/two\nlines"};

    void count(const Served &served) noexcept;

    /*! All of it, for Prometheus. */
    std::string text() const;

private:
    struct Requests
    {
        Counter answered;
        Counter failed;
    };
    std::array<Requests, routes.size()> m_requests;
    Histogram<3> m_sizes{{256, 1024, 4096}};
};
