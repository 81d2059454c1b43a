// SPDX-License-Identifier: MIT
//
// A member function or a signal before its object: one error says which comes first. One case per compilation, see
// tests/core/wrongorder.cmake.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/Connect>

#include <QtCore/qobject.h>

class Sensor : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void measured(int value);
};

struct Saved
{
    void visit() const {}
};

class Page : public QObject
{
public:
    void show(int) {}
    void clear() {}

    void listen([[maybe_unused]] SignalBox::AsyncRegistry<int> &registry)
    {
#if defined(CASE_CORRECT)
        registry.registerHandler(this, &Page::show);
#elif defined(CASE_THIS)
        registry.registerHandler(&Page::show, this);
#endif
    }
};

void misuse([[maybe_unused]] SignalBox::AsyncRegistry<int> &registry, [[maybe_unused]] Sensor *sensor, [[maybe_unused]] Page *page)
{
#if defined(CASE_CORRECT)
    registry.registerHandler(page, &Page::show, {.priority = 1});
    registry.addSource(sensor, &Sensor::measured);
    SignalBox::connect(sensor, &Sensor::measured, page, &Page::show, {.once = true});
    SignalBox::connect(sensor, &Sensor::measured, page, [](int) {});
    SignalBox::AsyncRegistry<Saved> saved; // its handlers may be called on the event
    saved.registerHandler(&Saved::visit);
    saved.registerHandler(&Saved::visit, {.priority = 1});
    const SignalBox::AsyncOptions options;
    saved.registerHandler(&Saved::visit, options);
    saved.registrar().registerHandler(&Saved::visit, options);
#elif defined(CASE_POINTER)
    registry.registerHandler(&Page::show, page);
#elif defined(CASE_WITH_OPTIONS)
    registry.registerHandler(&Page::show, page, {.priority = 1});
#elif defined(CASE_REFERENCE)
    registry.registerHandler(&Page::show, *page);
#elif defined(CASE_VARIABLE)
    const auto member = &Page::show;
    registry.registerHandler(member, page);
#elif defined(CASE_SLOT_OF_QT)
    registry.registerHandler(&QObject::deleteLater, page);
#elif defined(CASE_GUARD)
    const auto guard = registry.registerGuard(&Page::show, page);
#elif defined(CASE_REGISTRAR)
    registry.registrar().registerHandler(&Page::show, page);
#elif defined(CASE_GUARD_OF_REGISTRAR)
    const auto guard = registry.registrar().registerGuard(&Page::show, page, {.priority = 1});
#elif defined(CASE_VOID)
    SignalBox::AsyncRegistry<void> bell;
    bell.registerHandler(&Page::clear, page);
#elif defined(CASE_SOURCE)
    registry.addSource(&Sensor::measured, sensor);
#elif defined(CASE_CONNECT)
    SignalBox::connect(sensor, &Sensor::measured, &Page::show, page);
#elif defined(CASE_CONNECT_WITH_OPTIONS)
    SignalBox::connect(sensor, &Sensor::measured, &Page::show, page, {.once = true});
#elif defined(CASE_CONNECT_SIGNAL_FIRST)
    SignalBox::connect(&Sensor::measured, sensor, page, &Page::show);
#elif defined(CASE_CONNECT_BOTH)
    SignalBox::connect(&Sensor::measured, sensor, &Page::show, page, {.once = true});
#endif
}
