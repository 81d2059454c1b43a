// SPDX-License-Identifier: MIT
#include <SignalBox/scripts/scriptpromise_p.h>

#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/scripts/promisewatch_p.h>
#include <SignalBox/scripts/scripthome_p.h>
#include <SignalBox/scripts/scripttools_p.h>

#include <QtCore/qfuturewatcher.h>
#include <QtQml/qjsengine.h>

#include <utility>

namespace SignalBox::detail {

// The engine may be in the midst of its own destruction when nobody holds the promise any more: so nothing is resolved at once.
class ScriptPromise::Ending final : public Task
{
public:
    explicit Ending(ScriptPromise *promise) : m_promise(promise) {}
    ~Ending() override { delete m_promise; }
    void run() noexcept override { m_promise->resolve(QJSValue()); }

private:
    ScriptPromise *const m_promise;
};

ScriptPromise::ScriptPromise(const std::shared_ptr<const ScriptHome> &home)
    : m_home(home)
{
    ScriptTools::Promise made = home->tools().makePromise();
    m_promise = std::move(made.promise);
    m_resolve = std::move(made.resolve);
}

ScriptPromise::~ScriptPromise() = default;

std::shared_ptr<ScriptPromise> ScriptPromise::create(const std::shared_ptr<const ScriptHome> &home)
{
    return {new ScriptPromise(home), &ScriptPromise::letGo};
}

void ScriptPromise::letGo(ScriptPromise *promise)
{
    if (promise->m_home->isCurrentThread() && promise->m_resolve.isUndefined()) {
        delete promise;
        return;
    }
    const std::shared_ptr<const ScriptHome> home = promise->m_home; // which the task may end
    home->post(std::make_unique<Ending>(promise));
}

void ScriptPromise::resolve(const QJSValue &value)
{
    const QJSValue resolve = std::exchange(m_resolve, QJSValue());
    if (resolve.isCallable() && m_home->engine())
        resolve.call({value});
}

void ScriptPromise::resolve(const DispatchReport &report)
{
    QJSEngine *const engine = m_home->engine();
    if (!engine)
        return;
    QJSValue value = engine->newObject();
    value.setProperty(QStringLiteral("called"), report.called);
    value.setProperty(QStringLiteral("failed"), report.failed);
    value.setProperty(QStringLiteral("dropped"), report.dropped);
    resolve(value);
}

// Without memory for its result, the future was cancelled.
static void resolveBy(const QFuture<DispatchReport> &report, ScriptPromise &promise)
{
    if (report.resultCount() != 0)
        promise.resolve(report.result());
    else
        promise.resolve(QJSValue());
}

void resolveLater(std::shared_ptr<ScriptPromise> promise, QJSEngine *engine, const QFuture<DispatchReport> &report)
{
    if (report.isFinished()) {
        resolveBy(report, *promise);
        return;
    }
    auto *const watcher = new QFutureWatcher<DispatchReport>(engine);
    QObject::connect(watcher, &QFutureWatcherBase::finished, watcher, [watcher, promise = std::move(promise)] {
        SanitizerOrder::acquire(watcher->future());
        resolveBy(watcher->future(), *promise);
        watcher->deleteLater();
    });
    watcher->setFuture(report);
}

bool isPromise(const QJSValue &value, const ScriptHome &home)
{
    return value.isObject() && !value.isQObject() && home.tools().isPromise(value);
}

QFuture<void> futureOf(const QJSValue &promise, const std::shared_ptr<const ScriptHome> &home)
{
    auto *const watch = new PromiseWatch(home);
    const QFuture<void> future = watch->future();
    home->tools().watchPromise(promise, home->engine()->newQObject(watch));
    return future;
}

} // namespace SignalBox::detail
