// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/handlerguard.h>
#    include <SignalBox/core/registry/handlerinvocation.h>
#    include <SignalBox/core/registry/nullfunction.h>
#    include <SignalBox/core/sourcelocation.h>
#    include <SignalBox/qt/backlogs/valuetype.h>
#    include <SignalBox/qt/routes/handlershape.h>
#endif
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/registry/handlercalls.h>
#include <SignalBox/qt/registry/handlertarget.h>
#include <SignalBox/qt/registry/registration.h>
#include <SignalBox/qt/routes/handlersettings.h>

#include <QtCore/qstring.h>

#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*!
    Registers a handler of events of type E: finds out what kind of handler it is, and refuses what is none. Refers to what it is made of.
    An empty guard: it was refused, after a warning.
*/
template <class E>
class RegistrationOf
{
    using Value = std::conditional_t<std::is_void_v<E>, NoEvent, E>;

public:
    /*! \a caller: for warnings, such as "AsyncRegistry::registerHandler()". */
    RegistrationOf(const Registration::Link &link, const AsyncOptionsOf<E> &options, const char *caller,
                   const SourceLocation &location)
        : m_link(link), m_settings(options, caller), m_location(location)
    {}

    /*! \a function runs at \a target, which is a HandlerPlace, and may be a member function of it. */
    template <class Target, class F>
    HandlerGuard addTo(const Target &target, F &&function)
    {
        using Function = std::decay_t<F>;
        if constexpr (std::is_member_function_pointer_v<Target>) {
            refuseMemberBeforeObject<Target>();
        } else if constexpr (AmbiguousTarget<Target>) {
            refuseTarget<Target>();
        } else if constexpr (AsyncMemberHandlerFor<Function, std::remove_pointer_t<Target>, E>) {
            if (!isNull(function))
                return addCallable(static_cast<QObject *>(target),
                                   BoundMember<std::remove_pointer_t<Target>, Function>{target, function});
        } else if constexpr (checkHandler<F>()) {
            if (!isNull(function))
                return addCallable(target, std::forward<F>(function));
        }
        return {};
    }

    /*! \a function runs inline. */
    template <class F>
    HandlerGuard addInline(F &&function)
    {
        using Function = std::decay_t<F>;
        checkThread<!returnsTask<Function, E>>();
        static_assert(!takesBatch<Function, E>,
                      "a handler of const EventBatch<E> & needs a context, onThread(thread) or inPool(pool): nothing "
                      "ever waits for an "
                      "inline handler");
        if constexpr (checkHandler<F>() && !returnsTask<Function, E>) {
            if (!isNull(function))
                return Registration(m_link, m_settings, m_location)
                        .template add<TypedCall<Function, E>>(std::forward<F>(function));
        }
        return {};
    }

private:
    template <class Target, class F>
    HandlerGuard addCallable(const Target &target, F &&function)
    {
        using Function = std::decay_t<F>;
        if constexpr (takesBatch<Function, E>) {
            m_settings.calledWith = CalledWith::Batch;
            m_settings.values = ValueType::of<Value>();
        }
        if constexpr (!returnsTask<Function, E>) {
            return Registration(m_link, m_settings, m_location, target)
                    .template add<TypedCall<Function, E>>(std::forward<F>(function));
        } else if constexpr (checkTask<Function, Target>()) {
            using TaskCall = typename HandlerResult<Function, E>::template HandlerCall<Function, E>;
            const auto coroutines = TaskCall::coroutinesOf(target, m_location);
            Registration registration(m_link, m_settings, m_location, target);
            registration.setLastingCalls(coroutines);
            return registration.add<TaskCall>(TaskCall::partsOf(coroutines, std::forward<F>(function)));
        }
        return {};
    }

    template <class F>
    bool isNull(const F &function) const
    {
        if (!isNullFunction(function))
            return false;
        warnRefused(m_settings.caller, QStringLiteral("the function is null"), "nothing was registered");
        return true;
    }

    template <bool hasThread>
    static constexpr void checkThread()
    {
        static_assert(hasThread, "a handler that returns a Task needs a context or onThread(thread): its coroutine goes on "
                                 "where that lives, and a handler that runs inline or in a pool has no such thread");
    }

    template <class Function, class Target>
    static constexpr bool checkTask()
    {
        constexpr bool hasThread = !std::is_same_v<Target, PoolTarget>;
        constexpr bool isOfBatches = takesBatch<Function, E>;
        checkThread<hasThread>();
        static_assert(!isOfBatches, "a handler of const EventBatch<E> & cannot return a Task, as a batch ends with its "
                                    "call: copy what the coroutine needs of it, and spawn() that");
        if constexpr (!isOfBatches) {
            constexpr bool isFitting = isHandlerTask<HandlerResult<Function, E>>;
            static_assert(isFitting, "a handler that returns a Task returns Task<> or Task<Propagation>, by value: nobody "
                                     "takes another result");
            return hasThread && isFitting;
        }
        return false;
    }

    // What is wrong with a Task is said by checkTask().
    template <class F>
    static constexpr bool checkHandler()
    {
        constexpr bool isFitting = isAsyncHandler<std::decay_t<F>, E> || returnsTask<std::decay_t<F>, E>;
        static_assert(isFitting, "a handler of AsyncRegistry<E> is a callable on const E &, or without arguments, that "
                                 "returns void, Propagation, QFuture<T>, Task<> or Task<Propagation>; or on const "
                                 "EventBatch<E> &, that returns void or QFuture<T>");
        return isFitting;
    }

    const Registration::Link &m_link;
    HandlerSettings m_settings;
    const SourceLocation &m_location;
};

} // namespace SignalBox::detail
