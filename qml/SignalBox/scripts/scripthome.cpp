// SPDX-License-Identifier: MIT
#include <SignalBox/scripts/scripthome_p.h>

#include <SignalBox/scripts/scripttools_p.h>

#include <QtCore/qthread.h>
#include <QtCore/qvariant.h>

#include <utility>
#include <vector>

namespace SignalBox::detail {

namespace {

constexpr const char *homeProperty = "_SignalBoxScriptHome";

std::vector<std::weak_ptr<const ScriptHome>> &homesOfThisThread()
{
    static thread_local std::vector<std::weak_ptr<const ScriptHome>> homes;
    return homes;
}

} // namespace

std::shared_ptr<const ScriptHome> ScriptHome::of(QJSEngine *engine)
{
    static thread_local std::weak_ptr<const ScriptHome> last;
    std::shared_ptr<const ScriptHome> home = last.lock();
    if (home && home->engine() == engine)
        return home;
    home = engine->property(homeProperty).value<std::shared_ptr<const ScriptHome>>();
    if (!home) {
        home.reset(new ScriptHome(engine));
        engine->setProperty(homeProperty, QVariant::fromValue(home)); // which outlives the signal
        QObject::connect(engine, &QObject::destroyed, engine, [kept = home.get()] { kept->engineIsGone(); });
        std::erase_if(homesOfThisThread(), [](const auto &known) { return known.expired(); });
        homesOfThisThread().push_back(home);
    }
    last = home;
    return home;
}

ScriptHome::ScriptHome(QJSEngine *engine)
    : m_key(engine), m_engine(engine), m_thread(engine->thread()), m_objectPrototype(engine->newObject().prototype())
{
}

ScriptHome::~ScriptHome() = default;

std::shared_ptr<const ScriptHome> ScriptHome::ofObject(const QJSValue &object, const std::shared_ptr<const ScriptHome> &likely)
{
    // All objects of an engine but a few have its Object.prototype last in their chain.
    QJSValue last = object;
    for (QJSValue prototype = object.prototype(); prototype.isObject(); prototype = last.prototype()) {
        last = prototype;
        if (last.strictlyEquals(likely->m_objectPrototype))
            return likely;
    }
    for (const std::weak_ptr<const ScriptHome> &known : homesOfThisThread()) {
        const std::shared_ptr<const ScriptHome> home = known.lock();
        if (home && home->m_engine && last.strictlyEquals(home->m_objectPrototype))
            return home;
    }
    const bool isObjectPrototype = last.hasOwnProperty(QStringLiteral("isPrototypeOf"));
    return isObjectPrototype ? nullptr : likely;
}

ScriptTools &ScriptHome::tools() const
{
    if (!m_tools)
        m_tools = std::make_unique<ScriptTools>(m_engine);
    return *m_tools;
}

void ScriptHome::endAttachment() const noexcept
{
    if (--m_attachments == 0)
        std::exchange(m_self, nullptr); // which may be the last that kept this
}

bool ScriptHome::keepSpare(EventAttachment *attachment) const noexcept
{
    if (m_spare)
        return false;
    m_spare.reset(attachment);
    return true;
}

void ScriptHome::engineIsGone() const
{
    m_objectPrototype = QJSValue();
    m_tools.reset();
    if (m_attachments != 0)
        m_self = shared_from_this();
}

} // namespace SignalBox::detail
