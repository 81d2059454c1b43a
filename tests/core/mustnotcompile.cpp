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

struct Object
{
    void onEvent(const Event &) {}
    void onChange() {}
    int count() const { return 0; }
    void onText(const std::string &) {}
    void change(Event &) {}
    int number = 0;
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
    registry.registerHandler([] {});
    registry.registerHandler([] { return true; }); // refused: no matching
    registry.registerHandler([](const Event & = {}, int = 0) { return true; }); // refused: no matching
    registry.registerHandler(5); // refused: no matching
    constant.registerHandler([](const Event &) {}); // refused: const|no matching

    Object object;
    const Object &constantObject = object;
    registry.registerHandler(&object, &Object::onEvent);
    registry.registerHandler(&object, &Object::onChange, {.priority = 1});
    registry.registerHandler(&constantObject, &Object::count);
    registry.registerHandler(&constantObject, &Object::onEvent); // refused: no matching
    registry.registerHandler(object, &Object::onEvent); // refused: no matching
    registry.registerHandler(&object, &Object::onText); // refused: no matching
    registry.registerHandler(&object, &Object::change); // refused: no matching
    registry.registerHandler(&object, &Object::number); // refused: no matching
    registry.registerHandler(&registry, &Object::onEvent); // refused: no matching
    registry.registerHandler(&object, [](const Event &) {}); // refused: no matching

    SignalBox::SyncRegistry<void> bell;
    bell.registerHandler([] {});
    bell.registerHandler(&object, &Object::onChange);
    bell.notify();
    bell.registerHandler([](int) {}); // refused: no matching
    bell.registerHandler(&object, &Object::onEvent); // refused: no matching
    bell.notify(5); // refused: no matching
    registry.notify(); // refused: no matching

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
    constant.notify(std::string()); // refused: no matching
    Registry copied(constant); // refused: deleted
    Registry movedRegistry(std::move(registry)); // refused: deleted
}
