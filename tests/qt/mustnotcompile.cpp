// SPDX-License-Identifier: MIT
//
// Misuse that the compiler must refuse: every line marked "refused" has an error of its own whose text matches what
// follows the mark, and no other line has one. Checked by tests/core/mustnotcompile.cmake.
#include <SignalBox/AsyncRegistry>

#include <QtCore/qthread.h>

#include <memory>
#include <string>

void misuse(QObject *context, QThread *thread)
{
    using SignalBox::AsyncRegistry;

    AsyncRegistry<int> registry;
    registry.registerHandler(context, [](const int &) {});
    registry.registerHandler(SignalBox::onThread(thread), [](int) { return SignalBox::Propagation::Continue; });
    registry.registerHandler([](const int &) { return QFuture<std::string>(); });
    registry.registerGuard(context, [](const int &) {}); // refused: nodiscard
    registry.unregister(5); // refused: HandlerId
    registry.post(std::string()); // refused: cannot convert|no viable conversion|no matching
    AsyncRegistry<int> copied(registry); // refused: deleted
    registry.setSlowHandlerBudget(context); // refused: conversion|no matching

    AsyncRegistry<std::unique_ptr<int>> moveOnly;
    moveOnly.registerHandler([](const std::unique_ptr<int> &) {});
    moveOnly.next(context); // refused: no matching|constraints not satisfied
}
