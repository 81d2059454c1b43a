// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    property var seen: []

    name: "HandlerGuard"

    function init() {
        seen = [];
    }

    function cleanup() {
        compare(bus.handlerCount, 0);
    }

    QmlRegistry {
        id: bus
    }

    SignalSpy {
        id: activeSpy

        signalName: "activeChanged"
    }

    Component {
        id: ownerComponent

        QtObject {
        }
    }

    Component {
        id: registryComponent

        QmlRegistry {
        }
    }

    function test_guardEndsItsHandlerOnRequest() {
        const guard = bus.registerGuard(event => testCase.seen.push(event), { priority: 5 });
        verify(guard.active);
        activeSpy.target = guard;
        activeSpy.clear();
        bus.post(1);
        guard.unregister();
        verify(!guard.active);
        compare(activeSpy.count, 1);
        guard.unregister();
        bus.post(2);
        compare(seen, [1]);
        compare(activeSpy.count, 1);
    }

    function test_releasedHandlerStaysAndTheGuardHasNoSayInIt() {
        const guard = bus.registerGuard(event => testCase.seen.push(event));
        const id = guard.release();
        verify(!guard.active);
        guard.unregister();
        verify(bus.contains(id));
        bus.post(1);
        compare(seen, [1]);
        verify(!bus.contains(guard.release()));
        verify(bus.unregister(id));
    }

    // In a call of its own, so that no variable of the caller holds the guard.
    function registerAndDropGuard() {
        bus.registerGuard(event => testCase.seen.push(event), { owner: testCase, once: true });
    }

    function test_droppedGuardStaysRegistered() {
        registerAndDropGuard();
        gc();
        wait(0); // what a collection deletes, it deletes from the event loop
        gc();
        bus.post(1);
        compare(seen, [1]);
    }

    function test_guardEndsWithItsOwner() {
        const owner = ownerComponent.createObject(testCase);
        bus.registerGuard(event => testCase.seen.push(event), { owner: owner });
        bus.post(1);
        owner.destroy();
        tryCompare(bus, "handlerCount", 0);
        bus.post(2);
        compare(seen, [1]);
    }

    function test_releasedHandlerStillEndsWithItsOwner() {
        const owner = ownerComponent.createObject(testCase);
        const id = bus.registerGuard(() => {}, { owner: owner }).release();
        verify(bus.contains(id));
        owner.destroy();
        tryVerify(() => !bus.contains(id));
    }

    function test_guardSeesThatOthersEndedTheHandler() {
        const guard = bus.registerGuard(event => testCase.seen.push(event), { once: true });
        activeSpy.target = guard;
        activeSpy.clear();
        bus.post(1);
        verify(!guard.active);
        tryCompare(activeSpy, "count", 1);
    }

    function test_guardOutlivesItsRegistry() {
        const registry = registryComponent.createObject(testCase) as QmlRegistry;
        const guard = registry.registerGuard(() => {}, { owner: testCase });
        verify(guard.active);
        registry.destroy();
        tryVerify(() => !guard.active);
        guard.unregister();
        verify(!bus.contains(guard.release()));
    }

    function test_functionMayEndItsOwnGuard() {
        let guard = null;
        guard = bus.registerGuard(event => {
            testCase.seen.push(event);
            guard.unregister();
            bus.post(event + 1);
        });
        bus.post(1);
        compare(seen, [1]);
        verify(!guard.active);
    }

    function test_pausedGuardIsActive() {
        const guard = bus.registerGuard(event => testCase.seen.push(event), { enabled: false });
        verify(guard.active);
        bus.post(1);
        compare(seen, []);
        guard.unregister();
    }
}
