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

    // Registers handlers in all ways that have an owner. Each is refused, where the owner is known to have ended, or ends with it.
    function registerLate(owner: var, register: var) {
        for (const call of [
            () => register("on"),
            () => bus.registerHandler(event => bus.seen.push(event), { owner: owner }),
            () => bus.registerGuard(event => bus.seen.push(event), { owner: owner })
        ]) {
            try {
                call();
            } catch (error) {
                verify(error instanceof TypeError);
                verify(/owner: expected .* alive, not .* being destroyed/.test(error.message), error.message);
            }
        }
    }

    function test_nothingIsRegisteredForAnOwnerThatHasEnded_data() {
        return [
            { tag: "known", isKnown: true, end: () => loader.source = "" },
            { tag: "unknown", isKnown: false, end: () => loader.source = "" },
            { tag: "inactive", isKnown: false, end: () => loader.active = false },
            { tag: "replaced", isKnown: false, end: () => loader.sourceComponent = ownerComponent },
            { tag: "item", isKnown: false, file: "LateItem.qml", end: () => loader.active = false },
            { tag: "replaced item", isKnown: false, file: "LateItem.qml", end: () => loader.sourceComponent = ownerComponent }
        ];
    }
    function test_nothingIsRegisteredForAnOwnerThatHasEnded(data) {
        loader.setSource(data.file ?? "LateRegistration.qml");
        const owner = loader.item.page ?? loader.item;
        const part = owner.part;
        const register = owner.registration(bus);
        const registerOfPart = part.registration(bus);
        if (data.isKnown) {
            bus.unregister(register("early"));
            bus.unregister(registerOfPart("early"));
        }
        data.end(); // deleted later
        registerLate(owner, register);
        registerLate(part, registerOfPart);
        compare(bus.handlerCount, 0);
        bus.notify(1);
        compare(bus.seen, []);
    }

    // Between the ends of two objects of one file.
    function test_nothingStaysRegisteredThatIsRegisteredAsTheOwnerEnds_data() {
        return [{ tag: "known", isKnown: true }, { tag: "unknown", isKnown: false }];
    }
    function test_nothingStaysRegisteredThatIsRegisteredAsTheOwnerEnds(data) {
        loader.setSource("LateRegistration.qml");
        const owner = loader.item;
        const register = owner.registration(bus);
        if (data.isKnown)
            bus.unregister(register("early"));
        let ends = 0;
        owner.ending.connect(() => {
            ++ends;
            registerLate(owner, register);
        });
        loader.source = "";
        compare(ends, 2);
        compare(bus.handlerCount, 0);
        bus.notify(1);
        compare(bus.seen, []);
    }

    // While a Loader creates its item, that is not yet the Loader's.
    function test_itemsOfLoadersMayRegisterAsTheyAreCompleted_data() {
        return [{ tag: "LateRegistration.qml" }, { tag: "LateItem.qml" }];
    }
    function test_itemsOfLoadersMayRegisterAsTheyAreCompleted(data) {
        loader.setSource(data.tag, { bus: bus });
        compare(bus.handlerCount, 2);
        bus.notify(1);
        compare(bus.seen.length, 2);
        loader.source = "";
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
