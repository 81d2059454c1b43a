// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/routes/contextmember.h>
#include <SignalBox/qt/routes/registrylink.h>

#include <new>
#include <vector>

namespace SignalBox::detail {

/*! Finds the routes of a registry's handlers, of all or of one, and keeps them. Each member that it finds is a Route. */
class RouteSearch final : public Notification
{
public:
    /*! Finds the route of the handler with this \a id; of all handlers if the id is invalid. */
    explicit RouteSearch(HandlerId id) noexcept : Notification(Kind::Search, nullptr), m_id(id) {}
    ~RouteSearch()
    {
        for (ContextMember *route : m_routes)
            route->dropOwner();
    }

    /*! Throws std::bad_alloc. */
    const std::vector<ContextMember *> &run(RegistryLink &link) const
    {
        HandlerVisit::run<Notification>(link.registry(), *this);
        if (m_isIncomplete)
            throw std::bad_alloc();
        return m_routes;
    }

    /*! Adds a route, if it is wanted. A handler calls this for its own route. */
    void found(ContextMember &route) const noexcept
    {
        if (m_id.isValid() && route.handler().id() != m_id)
            return;
        try {
            m_routes.push_back(&route);
            route.addOwner();
        } catch (const std::bad_alloc &) {
            m_isIncomplete = true;
        }
    }

private:
    const HandlerId m_id;
    mutable std::vector<ContextMember *> m_routes;
    mutable bool m_isIncomplete = false;
};

} // namespace SignalBox::detail
