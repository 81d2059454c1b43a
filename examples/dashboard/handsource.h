// SPDX-License-Identifier: MIT
#pragma once

#include "samplesource.h"

// For tests: hands out samples when it is told to.
class HandSource final : public SampleSource
{
public:
    ~HandSource() override { stop(); }
    void start(Sink sink) override { give = std::move(sink); }
    QString description() const override { return QStringLiteral("by hand"); }

    Sink give;
};
