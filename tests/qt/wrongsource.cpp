// SPDX-License-Identifier: MIT
//
// Signals that do not fit their registry or handler: the first error says what is expected, and the message names the signal
// and the event. One per compilation, see wrongsource.cmake.
#include <SignalBox/Connect>

#include <QtCore/qstringlist.h>

#include <memory>
#include <string>

class Sensor : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void measured(int channel, double value);
    void owned(const std::unique_ptr<int> &value);
};

struct Narrow
{
    int channel;
    float value;
};

void misuse([[maybe_unused]] Sensor *sensor, [[maybe_unused]] QObject *context)
{
#if defined(CORRECT)
    SignalBox::AsyncRegistry<int> registry;
    registry.addSource(sensor, &Sensor::measured);
    SignalBox::connect(sensor, &Sensor::owned, context, [] {});
#elif defined(OTHER_EVENT)
    SignalBox::AsyncRegistry<QStringList> registry;
    registry.addSource(sensor, &Sensor::measured);
#elif defined(NARROWER_MEMBER)
    SignalBox::AsyncRegistry<Narrow> registry;
    registry.addSource(sensor, &Sensor::measured);
#elif defined(EVENT_NOT_COPIED)
    SignalBox::AsyncRegistry<std::unique_ptr<int>> registry;
    registry.addSource(sensor, &Sensor::owned);
#elif defined(OTHER_CLASS)
    SignalBox::AsyncRegistry<int> registry;
    registry.addSource(context, &Sensor::measured);
#elif defined(SIGNAL_BY_NAME)
    SignalBox::AsyncRegistry<int> registry;
    registry.addSource(sensor, SIGNAL(measured(int,double)));
#elif defined(OTHER_HANDLER)
    SignalBox::connect(sensor, &Sensor::measured, context, [](const std::string &) {});
#elif defined(HANDLER_TAKES_MORE)
    SignalBox::connect(sensor, &Sensor::measured, context, [](int, double, int) {});
#elif defined(ARGUMENT_NOT_COPIED)
    SignalBox::connect(sensor, &Sensor::owned, context, [](const std::unique_ptr<int> &) {});
#endif
}
