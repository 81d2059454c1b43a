// SPDX-License-Identifier: MIT
//
// A registry with two handlers, and with HANDLERS - 2 more: what a translation unit gets from it. Measured by
// tests/core/codesize.cmake.
#include <SignalBox/AsyncRegistry>

#include <QtCore/qobject.h>

struct Progress
{
    int percent;
};

extern int total;

void use(SignalBox::AsyncRegistry<Progress> &registry, QObject *context)
{
    registry.registerHandler(context, [](const Progress &progress) { total += progress.percent; });
    registry.registerHandler([&registry](const Progress &progress) { total += progress.percent * registry.handlerCount(); },
                             {.priority = 1, .name = QStringLiteral("log")});
#if HANDLERS > 2
    registry.registerHandler(context, [](const Progress &progress) { total -= progress.percent; });
    registry.registerHandler(context, [factor = total](const Progress &progress) { total *= factor + progress.percent; });
    registry.registerHandler([](const Progress &) { return SignalBox::Propagation::Continue; }, {.priority = 5});
    registry.registerHandler(context, [&registry](const Progress &) { registry.clear(); }, {.name = QStringLiteral("end")});
#endif
    registry.post({1});
}

static_assert(HANDLERS == 2 || HANDLERS == 6);
