// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    property var seen: []

    name: "SignalBox"

    function init() {
        seen = [];
        bus.seen = [];
        loader.sourceComponent = undefined;
    }

    RecordingRegistry {
        id: bus

        name: "bus"
    }

    Fixture {
        id: fixture
    }

    Component {
        id: namedComponent

        QmlRegistry {
        }
    }

    Component {
        id: finderComponent

        RegistryHandler {
            registry: SignalBox.find("bus")
            handler: event => bus.seen.push("found " + event)
        }
    }

    Loader {
        id: loader
    }

    function test_registryIsFoundByItsName() {
        compare(SignalBox.find("bus"), bus);
        compare(SignalBox.find("nobody"), null);
        compare(SignalBox.find(""), null);
        const finder = createTemporaryObject(finderComponent, testCase) as RegistryHandler;
        compare(finder.registry, bus);
        bus.post(1);
        compare(bus.seen, ["found 1"]);
    }

    function test_renamedRegistryIsFoundByItsNewNameOnly() {
        const registry = createTemporaryObject(namedComponent, testCase, { name: "old" }) as QmlRegistry;
        compare(SignalBox.find("old"), registry);
        registry.name = "new";
        compare(SignalBox.find("old"), null);
        compare(SignalBox.find("new"), registry);
        registry.name = "";
        compare(SignalBox.find(""), null);
    }

    function test_ofSeveralTheLastToTakeTheNameIsFound() {
        const first = createTemporaryObject(namedComponent, testCase, { name: "twin" }) as QmlRegistry;
        const second = createTemporaryObject(namedComponent, testCase, { name: "twin" }) as QmlRegistry;
        compare(SignalBox.find("twin"), second);
        second.destroy();
        tryVerify(() => SignalBox.find("twin") === first);
    }

    // In a call of its own, so that no variable of the caller holds it.
    function findAndForget(name: string) {
        verify(SignalBox.find(name));
    }

    // A registry of C++ without a parent is what a collection would take.
    function test_foundRegistryIsNotGivenToTheGarbageCollection() {
        fixture.nameUnparentedRegistry("kept");
        findAndForget("kept");
        gc();
        wait(0); // what a collection deletes, it deletes from the event loop
        gc();
        verify(fixture.isUnparentedRegistryAlive());
        verify(SignalBox.find("kept"));
        fixture.nameUnparentedRegistry("");
    }

    function test_functionEndsWithTheObjectInWhoseScopeItIsRegistered() {
        loader.setSource("Listener.qml", { bus: bus });
        compare(bus.handlerCount, 1);
        bus.post(1);
        compare(bus.seen, ["listener 1"]);
        bus.seen = [];
        loader.source = ""; // deleted later, but its handlers end now
        bus.post(2);
        compare(bus.seen, []);
        compare(bus.handlerCount, 0);
    }

    function test_scopeIsThatOfTheCodeAlsoInNestedFunctions() {
        loader.setSource("Listener.qml", { bus: bus });
        (loader.item as Listener).listenInside();
        bus.post(1);
        compare(bus.seen, ["listener 1", "inner 1"]);
        bus.seen = [];
        loader.source = "";
        bus.post(2);
        compare(bus.seen, []);
        compare(bus.handlerCount, 0);
    }

    function test_optionsAreHeeded() {
        const low = SignalBox.on(bus, event => testCase.seen.push("low"), { priority: -1, name: "low" });
        const once = SignalBox.on(bus, event => testCase.seen.push("once"), { once: true });
        const paused = SignalBox.on(bus, event => testCase.seen.push("paused"), { enabled: false });
        bus.post(1);
        bus.post(2);
        compare(seen, ["once", "low", "low"]);
        verify(!bus.contains(once));
        verify(bus.unregister(low));
        verify(bus.unregister(paused));
    }

    function test_anyRegistryTakesFunctions() {
        const id = SignalBox.on(fixture.registry, event => testCase.seen.push(event.value));
        fixture.post(7);
        compare(seen, [7]);
        verify(fixture.registry.unregister(id));
    }
}
