// SPDX-License-Identifier: MIT
#include "scripthome_p.h"

#include <SignalBox/qt/mailbox_p.h>

#include <QtCore/qthread.h>

#include <utility>

namespace SignalBox::detail {

std::shared_ptr<const ScriptHome> ScriptHome::of(QJSEngine *engine)
{
    static thread_local std::weak_ptr<const ScriptHome> last;
    std::shared_ptr<const ScriptHome> home = last.lock();
    if (!home || home->engine() != engine) {
        home = std::make_shared<const ScriptHome>(engine);
        last = home;
    }
    return home;
}

ScriptHome::ScriptHome(QJSEngine *engine)
    : m_key(engine), m_engine(engine), m_mailbox(Mailbox::of(engine->thread()))
{
}

ScriptHome::~ScriptHome() = default;

bool ScriptHome::isCurrentThread() const noexcept
{
    return m_mailbox->isCurrentThread();
}

bool ScriptHome::post(std::unique_ptr<Task> task) const
{
    return m_mailbox->post(std::move(task));
}

} // namespace SignalBox::detail
