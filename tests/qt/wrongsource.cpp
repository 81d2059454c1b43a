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
    void started();
    void stopped(QPrivateSignal);
};

struct Narrow
{
    int channel;
    float value;
};

struct Defaulted
{
    int channel = 0;
};

class Composed
{
public:
    explicit Composed(int channel) : m_channel(channel) {}

private:
    int m_channel;
};

struct Empty
{
};

void misuse([[maybe_unused]] Sensor *sensor, [[maybe_unused]] QObject *context)
{
#if defined(CORRECT)
    SignalBox::AsyncRegistry<int> registry;
    registry.addSource(sensor, &Sensor::measured);
    SignalBox::AsyncRegistry<Empty> empty;
    empty.addSource(sensor, &Sensor::started);
    SignalBox::connect(sensor, &Sensor::owned, context, [] {});
    SignalBox::connect(sensor, &Sensor::measured, context, &QObject::deleteLater, {.once = true});
    SignalBox::connect(sensor, &Sensor::measured, SignalBox::onThread(nullptr), [] {});
    SignalBox::connect(sensor, &Sensor::measured, SignalBox::inPool(nullptr), [] {}, SignalBox::AsyncOptions{.priority = 1});
    SignalBox::connect(sensor, &Sensor::measured, nullptr, [] {}); // refused when it runs
#elif defined(OTHER_EVENT)
    SignalBox::AsyncRegistry<QStringList> registry;
    registry.addSource(sensor, &Sensor::measured);
#elif defined(NARROWER_MEMBER)
    SignalBox::AsyncRegistry<Narrow> registry;
    registry.addSource(sensor, &Sensor::measured);
#elif defined(NO_ARGUMENTS)
    SignalBox::AsyncRegistry<QStringList> registry;
    registry.addSource(sensor, &Sensor::started);
#elif defined(NO_ARGUMENTS_FOR_DEFAULTS)
    SignalBox::AsyncRegistry<Defaulted> registry;
    registry.addSource(sensor, &Sensor::started);
#elif defined(NO_ARGUMENTS_FOR_A_CONSTRUCTOR)
    SignalBox::AsyncRegistry<Composed> registry;
    registry.addSource(sensor, &Sensor::started);
#elif defined(PRIVATE_ARGUMENT_ONLY)
    SignalBox::AsyncRegistry<int> registry;
    registry.addSource(sensor, &Sensor::stopped);
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
#elif defined(HANDLER_TAKES_WHAT_IS_NOT_THERE)
    SignalBox::connect(sensor, &Sensor::started, context, [](int) {});
#elif defined(ARGUMENT_NOT_COPIED)
    SignalBox::connect(sensor, &Sensor::owned, context, [](const std::unique_ptr<int> &) {});
#elif defined(CONNECT_BY_NAME)
    SignalBox::connect(sensor, SIGNAL(measured(int,double)), context, SLOT(deleteLater()));
#elif defined(NO_CONTEXT)
    SignalBox::connect(sensor, &Sensor::measured, [](int) {});
#elif defined(NO_CONTEXT_BUT_OPTIONS)
    SignalBox::connect(sensor, &Sensor::measured, [](int) {}, {.backlog = SignalBox::Backlog::newest()});
#elif defined(NO_CONTEXT_BUT_NAMED_OPTIONS)
    SignalBox::connect(sensor, &Sensor::measured, [](int) {}, SignalBox::AsyncOptions{.backlog = SignalBox::Backlog::newest()});
#elif defined(NO_HANDLER)
    SignalBox::connect(sensor, &Sensor::measured, context);
#elif defined(OTHER_CONTEXT)
    SignalBox::connect(sensor, &Sensor::measured, std::make_shared<QObject>(), [](int) {});
#elif defined(CONNECTION_TYPE)
    SignalBox::connect(sensor, &Sensor::measured, context, [](int) {}, Qt::QueuedConnection);
#elif defined(CONNECTION_TYPE_OF_MEMBER)
    SignalBox::connect(sensor, &Sensor::measured, context, &QObject::deleteLater, Qt::AutoConnection);
#endif
}
