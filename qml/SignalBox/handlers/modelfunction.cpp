// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/modelfunction_p.h>

#include <SignalBox/scripts/scriptcall_p.h>

#include <QtCore/qvariant.h>

#include <utility>

namespace SignalBox::detail {

ModelFunction::ModelFunction(QJSEngine *engine, const QJSValue &function, std::function<void()> whenEnded)
    : m_engine(engine),
      m_function(std::make_shared<QJSManagedValue>(function, engine)),
      m_whenEnded(std::move(whenEnded))
{}

std::shared_ptr<ModelFunction> ModelFunction::make(QJSEngine *engine, const QJSValue &function, QObject *owner,
                                                   std::function<void()> whenEnded)
{
    std::shared_ptr<ModelFunction> result(new ModelFunction(engine, function, std::move(whenEnded)));
    OwnerWatch *const watch = OwnerWatch::of(owner);
    if (watch->hasEnded())
        result->m_function.reset();
    else
        watch->add(*result);
    return result;
}

std::optional<QJSValue> ModelFunction::call(std::initializer_list<Event::Content> values) const
{
    const std::shared_ptr<const QJSManagedValue> function = m_function; // the call may end the owner
    if (!m_engine || !function)
        return std::nullopt;
    QJSValueList arguments;
    for (const Event::Content &value : values)
        arguments.append(m_engine->toScriptValue(QVariant(value.type, value.value)));
    return callScript(m_engine, *function, arguments);
}

void ModelFunction::ownerHasEnded()
{
    const std::shared_ptr<ModelFunction> self = shared_from_this();
    m_function.reset();
    if (m_whenEnded)
        m_whenEnded();
}

} // namespace SignalBox::detail
