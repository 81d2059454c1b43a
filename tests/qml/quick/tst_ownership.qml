// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    name: "Ownership"

    function init() {
        bus.seen = [];
        loader.source = "";
        loader.active = true;
    }

    RecordingRegistry {
        id: bus

        name: "ownership"
    }

    Loader {
        id: loader
    }

    Repeater {
        id: repeater

        delegate: ListRow {
        }
    }

    Component {
        id: ownerComponent

        QtObject {
        }
    }

    function test_handlersEndWithTheirItem() {
        loader.setSource("Page.qml", { bus: bus });
        bus.post(1);
        compare(bus.seen, ["element of page", "function of page"]);
        bus.seen = [];
        loader.active = false; // deleted later, but its handlers end now
        bus.post(2);
        compare(bus.seen, []);
        compare(bus.handlerCount, 0);
    }

    function test_handlersOfDelegatesEndWithThem() {
        repeater.model = [bus, bus, bus];
        bus.post(1);
        compare(bus.seen, ["row 0", "row 1", "row 2"]);
        bus.seen = [];
        repeater.model = [bus];
        bus.post(2);
        compare(bus.seen, ["row 0"]);
        repeater.model = [];
        compare(bus.handlerCount, 0);
    }

    function test_handlerEndsWithAnOwnerThatIsDestroyed() {
        const owner = ownerComponent.createObject(testCase);
        const id = bus.registerHandler(() => bus.seen.push(1), { owner: owner });
        bus.post(1);
        owner.destroy();
        tryVerify(() => !bus.contains(id));
        bus.post(2);
        compare(bus.seen, [1]);
    }

    function test_handlerRegisteredFromOutsideEndsWithTheComponentOfItsOwner() {
        loader.sourceComponent = ownerComponent;
        bus.registerHandler(event => bus.seen.push("handler " + event), { owner: loader.item });
        bus.registerGuard(event => bus.seen.push("guard " + event), { owner: loader.item });
        bus.post(1);
        loader.sourceComponent = undefined;
        bus.post(2);
        compare(bus.seen, ["handler 1", "guard 1"]);
        compare(bus.handlerCount, 0);
    }

    function test_recycledDelegatesKeepOneHandlerEach() {
        loader.setSource("RecyclingList.qml");
        const list = loader.item as ListView;
        list.forceLayout();
        const created = bus.handlerCount;
        verify(created > 0);
        for (const place of [20, 50, 90, 0]) {
            list.positionViewAtIndex(place, ListView.Beginning);
            list.forceLayout();
            bus.seen = [];
            bus.post(1);
            verify(bus.seen.includes("row " + place), bus.seen);
            compare(bus.seen.length, bus.handlerCount);
        }
        verify(bus.handlerCount < 100);
        loader.source = "";
        compare(bus.handlerCount, 0);
    }

    function test_ownerEndsInItsOwnHandler() {
        loader.sourceComponent = ownerComponent;
        bus.registerHandler(event => {
            loader.sourceComponent = undefined;
            bus.seen.push("handler " + event);
        }, { owner: loader.item });
        bus.post(1);
        bus.post(2);
        compare(bus.seen, ["handler 1"]);
        compare(bus.handlerCount, 0);
    }

    function test_elementUnloadedInItsOwnHandlerRunsToTheEnd() {
        loader.setSource("SelfUnloading.qml", { bus: bus, loader: loader });
        bus.post(1);
        bus.post(2);
        compare(bus.seen, ["before 1", "after 1"]);
        compare(bus.handlerCount, 0);
    }

    // In a call of its own, so that no variable of the caller holds the function.
    function registerWithoutOwner(): var {
        return bus.registerHandler(event => bus.seen.push(event));
    }

    function test_handlerWithoutOwnerOutlivesGarbageCollection() {
        const id = registerWithoutOwner();
        gc();
        wait(0); // what a collection deletes, it deletes from the event loop
        gc();
        bus.post(1);
        compare(bus.seen, [1]);
        bus.unregister(id);
    }
}
