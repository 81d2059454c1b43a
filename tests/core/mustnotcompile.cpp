// SPDX-License-Identifier: MIT
//
// Misuse that the compiler must refuse: every line marked "refused" has an error of its own whose text matches what
// follows the mark, and no other line has one. Checked by mustnotcompile.cmake.
#include <SignalBox/SyncRegistry>

#include <string>
#include <utility>

struct Event
{
    void visit() const {}
};

void misuse()
{
    using SignalBox::ExceptionInfo;
    using SignalBox::HandlerGuard;
    using SignalBox::Propagation;
    using Registry = SignalBox::SyncRegistry<Event>;

    Registry registry;
    const Registry &constant = registry;

    registry.registerHandler([](const Event &) {});
    registry.registerHandler(&Event::visit);
    registry.registerHandler([](const Event &) { return Propagation::Continue; });
    registry.registerHandler([](const std::string &) {}); // refused: no matching
    registry.registerHandler([](Event &) {}); // refused: no matching
    registry.registerHandler([](const Event &) { return true; }); // refused: no matching
    registry.registerHandler([](const Event &) -> Propagation { return false; }); // refused: Propagation
    registry.registerHandler([] {}); // refused: no matching
    constant.registerHandler([](const Event &) {}); // refused: const|no matching

    HandlerGuard guard = registry.registerGuard([](const Event &) {});
    registry.registerGuard([](const Event &) {}); // refused: the handler is unregistered when its guard is destroyed
    HandlerGuard moved = std::move(guard);
    HandlerGuard copiedGuard(moved); // refused: deleted

    registry.onException([](const ExceptionInfo &) {});
    registry.onException([](const Event &) {}); // refused: no matching

    registry.unregister(moved.id());
    registry.unregister(5); // refused: HandlerId
    registry.unregister(moved); // refused: HandlerId

    constant.notify(Event());
    constant.notify(std::string()); // refused: Event
    Registry copied(constant); // refused: deleted
    Registry movedRegistry(std::move(registry)); // refused: deleted
}
