// SPDX-License-Identifier: MIT
//
// What does the future of a notify() add whose handlers all run inline, next to the cheapest future that Qt makes after
// the same calls? And what, if they run one after the other?
#include "../measure.h"
#include "../peers/foreachpeer.h"
#include "../peers/rawloop.h"
#include "peers/signalboxinline.h"
#include "questions.h"

#include <QtCore/qfuture.h>

namespace SignalBoxBenchmark {

namespace {

class ReadyFuture
{
public:
    static constexpr const char *name = "QtFuture::makeReadyFuture";

    template <class Handler>
    void add(Handler handler)
    {
        m_loop.add(handler);
        ++m_count;
    }

    QFuture<SignalBox::DispatchReport> notifyWithFuture(const Event &event)
    {
        m_loop.notify(event);
        const SignalBox::DispatchReport report{.called = m_count};
#if QT_VERSION >= QT_VERSION_CHECK(6, 6, 0)
        return QtFuture::makeReadyValueFuture(report);
#else
        return QtFuture::makeReadyFuture(report);
#endif
    }

private:
    RawLoop m_loop;
    std::uint32_t m_count = 0;
};

class SequentialInline : public SignalBoxInline
{
public:
    static constexpr const char *name = "SignalBox sequential";

    QFuture<SignalBox::DispatchReport> notifyWithFuture(const Event &event) { return m_registry.notifySequential(event); }
};

template <class Peer>
SIGNALBOX_BENCHMARK_NOINLINE QFuture<SignalBox::DispatchReport> dispatchWithFuture(Peer &peer, const Event &event)
{
    return peer.notifyWithFuture(event);
}

template <class Peer>
void measureInlineFuture(benchmark::State &state, std::size_t handlerCount)
{
    const Sinks sinks(handlerCount);
    Peer peer;
    sinks.addHandlers(peer, handlerCount);
    const Event event = 42;
    if (dispatchWithFuture(peer, event).result().called != handlerCount) {
        state.SkipWithError("the report is wrong");
        return;
    }
    for ([[maybe_unused]] auto iteration : state)
        dispatchWithFuture(peer, event);
}

} // namespace

void registerInlineFuture()
{
    for (const std::size_t count : {0, 1, 8, 16}) {
        forEachPeer(PeerList<ReadyFuture, SignalBoxInline, SequentialInline>(), [count]<class Peer>(std::type_identity<Peer>) {
            benchmark::RegisterBenchmark(
                    benchmarkName("future", Peer::name, "inline-" + std::to_string(count)).c_str(),
                    [count](benchmark::State &state) { measureInlineFuture<Peer>(state, count); });
        });
    }
}

} // namespace SignalBoxBenchmark
