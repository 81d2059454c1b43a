// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    name: "Ownership"

    function init() {
        bus.seen = [];
    }

    RecordingRegistry {
        id: bus
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
        bus.notify(1);
        compare(bus.seen, ["element of page", "function of page"]);
        bus.seen = [];
        loader.active = false; // deleted later, but its handlers end now
        bus.notify(2);
        compare(bus.seen, []);
        compare(bus.handlerCount, 0);
    }

    function test_handlersOfDelegatesEndWithThem() {
        repeater.model = [bus, bus, bus];
        bus.notify(1);
        compare(bus.seen, ["row 0", "row 1", "row 2"]);
        bus.seen = [];
        repeater.model = [bus];
        bus.notify(2);
        compare(bus.seen, ["row 0"]);
        repeater.model = [];
        compare(bus.handlerCount, 0);
    }

    function test_handlerEndsWithAnOwnerThatIsDestroyed() {
        const owner = ownerComponent.createObject(testCase);
        const id = bus.registerHandler(() => bus.seen.push(1), { owner: owner });
        bus.notify(1);
        owner.destroy();
        tryVerify(() => !bus.contains(id));
        bus.notify(2);
        compare(bus.seen, [1]);
    }

    function test_handlerWithoutOwnerOutlivesGarbageCollection() {
        const id = bus.registerHandler(event => bus.seen.push(event));
        gc();
        bus.notify(1);
        compare(bus.seen, [1]);
        bus.unregister(id);
    }
}
