// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

// Handlers that are not called again from an event loop that they opened themselves.
TestCase {
    id: testCase

    property string seen

    name: "Nested"

    function init() {
        seen = "";
        element.nested = SignalBox.Deliver;
        element.batch = false;
        element.newest = 0;
        element.handler = testCase.handle;
        element.registry = bus;
    }

    function cleanup() {
        element.registry = null;
        bus.clear();
    }

    // An event loop, from which what is queued to this thread is called.
    function runLoop() {
        for (let turn = 0; turn < 3; ++turn) {
            let isOver = false;
            Qt.callLater(() => isOver = true);
            tryVerify(() => isOver);
        }
    }

    // The first event's call opens an event loop, in which two others come.
    function handle(event: var) {
        seen += "(" + event;
        if (event === 1) {
            bus.post(2);
            bus.post(3);
            runLoop();
        }
        seen += ")";
    }

    QmlRegistry {
        id: bus

        name: "nested"
    }

    RegistryHandler {
        id: element

        handler: null
        registry: bus
    }

    Fixture {
        id: fixture
    }

    Loader {
        id: loader

        active: false
        sourceComponent: RegistryHandler {
            registryName: "nested"
            nested: SignalBox.Wait
            handler: event => {
                testCase.seen += event;
                bus.post(2);
                loader.active = false;
                testCase.runLoop();
            }
        }
    }

    Component {
        id: wrongElements

        RegistryHandler {
            readonly property bool isWanted: true

            nested: isWanted
            handler: () => {}
        }
    }

    function test_handlerIsCalledAgainByDefault() {
        compare(element.nested, SignalBox.Deliver);
        bus.post(1);
        compare(seen, "(1(2)(3))");
    }

    function test_eventsWaitInOrderUntilTheElementHasReturned() {
        element.nested = SignalBox.Wait;
        bus.post(1);
        tryCompare(testCase, "seen", "(1)(2)(3)");
    }

    function test_eventsWaitInOrderUntilTheFunctionHasReturned_data(): var {
        return [
            { tag: "registerHandler", register: (f, options) => bus.registerHandler(f, options) },
            { tag: "registerGuard", register: (f, options) => bus.registerGuard(f, options).release() },
            { tag: "on", register: (f, options) => SignalBox.on(bus, f, options) }
        ];
    }

    function test_eventsWaitInOrderUntilTheFunctionHasReturned(row: var) {
        element.registry = null;
        const again = row.register(testCase.handle, { nested: SignalBox.Deliver });
        bus.post(1);
        compare(seen, "(1(2)(3))");
        bus.unregister(again);
        seen = "";
        row.register(testCase.handle, { nested: SignalBox.Wait });
        bus.post(1);
        tryCompare(testCase, "seen", "(1)(2)(3)");
    }

    function test_eventsOfOtherThreadsWait() {
        element.nested = SignalBox.Wait;
        element.handler = reading => {
            testCase.seen += "(" + reading.value;
            if (reading.value === 1) {
                fixture.postFromAnotherThread(2);
                fixture.post(3);
                testCase.runLoop();
            }
            testCase.seen += ")";
        };
        element.registry = fixture.registry;
        fixture.postFromAnotherThread(1);
        tryCompare(testCase, "seen", "(1)(2)(3)");
    }

    function test_otherHandlersGoOn() {
        element.nested = SignalBox.Wait;
        bus.registerHandler(event => testCase.seen += event, { priority: 1 });
        bus.post(1);
        tryCompare(testCase, "seen", "1(123)(2)(3)");
    }

    function test_batchesWait() {
        element.nested = SignalBox.Wait;
        element.batch = true;
        element.handler = events => {
            testCase.seen += "(" + events;
            if (events[0] === 1) {
                bus.post(2);
                bus.post(3);
                testCase.runLoop();
            }
            testCase.seen += ")";
        };
        bus.post(1);
        tryCompare(testCase, "seen", "(1)(2,3)");
    }

    function test_whatIsKeptIsStillOfTheBacklog() {
        element.nested = SignalBox.Wait;
        element.newest = 1;
        bus.post(1);
        tryCompare(testCase, "seen", "(1)(3)");
    }

    function test_elementMayBeDestroyedInTheLoopWhileEventsWait() {
        element.registry = null;
        loader.active = true;
        compare(bus.handlerCount, 1);
        bus.post(1);
        runLoop();
        compare(seen, "1");
        compare(bus.handlerCount, 0);
    }

    function test_registryMayBeClearedInTheLoopWhileEventsWait() {
        element.nested = SignalBox.Wait;
        element.handler = event => {
            testCase.seen += event;
            bus.post(2);
            bus.clear();
            testCase.runLoop();
        };
        bus.post(1);
        runLoop();
        compare(seen, "1");
    }

    function test_changeRegistersAgain() {
        let changes = 0;
        const count = () => ++changes;
        element.nestedChanged.connect(count);
        element.nested = SignalBox.Wait;
        element.nested = SignalBox.Wait;
        verify(element.active);
        compare(changes, 1);
        element.nested = SignalBox.Deliver;
        compare(changes, 2);
        element.nestedChanged.disconnect(count);
        bus.post(1);
        compare(seen, "(1(2)(3))");
    }

    function test_anythingElseWarnsAndNothingIsRegistered_data(): var {
        return [{ tag: "1", value: 1 }, { tag: "-1", value: -1 }, { tag: "nan", value: NaN }, { tag: "1.5", value: 1.5 }];
    }

    function test_anythingElseWarnsAndNothingIsRegistered(row: var) {
        const expected = "tst_nested.qml:\\d+:\\d+: .*nested: expected SignalBox.Deliver or SignalBox.Wait, not ";
        ignoreWarning(new RegExp(expected + row.tag + ": nothing is handled until it is right"));
        element.nested = row.value;
        verify(!element.active);
        bus.post(2);
        compare(seen, "");
        element.nested = SignalBox.Wait;
        verify(element.active);
        bus.post(2);
        compare(seen, "(2)");
    }

    function test_trueIsNotWait() {
        ignoreWarning(/nested: expected SignalBox.Deliver or SignalBox.Wait, not 1: nothing is handled until it is right/);
        const wrong = createTemporaryObject(wrongElements, testCase, { registry: bus }) as RegistryHandler;
        verify(!wrong.active);
    }
}
