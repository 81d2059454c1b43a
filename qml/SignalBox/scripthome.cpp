// SPDX-License-Identifier: MIT
#include "scripthome_p.h"

#include <QtCore/qthread.h>
#include <QtCore/qvariant.h>

#include <utility>

namespace SignalBox::detail {

namespace {

constexpr const char *homeProperty = "_SignalBoxScriptHome";

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
    }
    last = home;
    return home;
}

ScriptHome::ScriptHome(QJSEngine *engine)
    : m_key(engine), m_engine(engine), m_thread(engine->thread())
{
}

ScriptHome::~ScriptHome() = default;

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
    if (m_attachments != 0)
        m_self = shared_from_this();
}

} // namespace SignalBox::detail
