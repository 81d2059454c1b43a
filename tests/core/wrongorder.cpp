// SPDX-License-Identifier: MIT
//
// The member function before its object: one error says which comes first. One case per compilation, see wrongorder.cmake.
#include <SignalBox/SyncRegistry>

#include <memory>

struct Saved
{
    void visit() const {}
};

struct Page
{
    void show(const Saved &) {}
    void clear() const {}

    void listen([[maybe_unused]] SignalBox::SyncRegistry<Saved> &registry)
    {
#if defined(CASE_CORRECT)
        registry.registerHandler(this, &Page::show);
#elif defined(CASE_THIS)
        registry.registerHandler(&Page::show, this);
#endif
    }
};

void misuse([[maybe_unused]] SignalBox::SyncRegistry<Saved> &registry, [[maybe_unused]] Page &page, [[maybe_unused]] const Page &constant)
{
#if defined(CASE_CORRECT)
    registry.registerHandler(&page, &Page::show, {.priority = 1});
    registry.registerHandler(&Saved::visit); // called on the event
    registry.registerHandler(&Saved::visit, {.priority = 1});
    registry.registerHandler(&Saved::visit, SignalBox::HandlerOptions{.priority = 1}, SignalBox::SourceLocation::current());
    SignalBox::HandlerOptions options;
    registry.registerHandler(&Saved::visit, options);
    const SignalBox::HandlerOptions constantOptions;
    registry.registrar().registerHandler(&Saved::visit, constantOptions);
#elif defined(CASE_POINTER)
    registry.registerHandler(&Page::show, &page);
#elif defined(CASE_WITH_OPTIONS)
    registry.registerHandler(&Page::show, &page, {.priority = 1});
#elif defined(CASE_CONSTANT)
    registry.registerHandler(&Page::clear, &constant);
#elif defined(CASE_REFERENCE)
    registry.registerHandler(&Page::show, page);
#elif defined(CASE_SMART_POINTER)
    registry.registerHandler(&Page::show, std::make_shared<Page>());
#elif defined(CASE_VARIABLE)
    const auto member = &Page::show;
    registry.registerHandler(member, &page);
#elif defined(CASE_GUARD)
    const auto guard = registry.registerGuard(&Page::show, &page);
#elif defined(CASE_REGISTRAR)
    registry.registrar().registerHandler(&Page::show, &page);
#elif defined(CASE_GUARD_OF_REGISTRAR)
    const auto guard = registry.registrar().registerGuard(&Page::show, &page, {.priority = 1});
#elif defined(CASE_VOID)
    SignalBox::SyncRegistry<void> bell;
    bell.registerHandler(&Page::clear, &page);
#endif
}
