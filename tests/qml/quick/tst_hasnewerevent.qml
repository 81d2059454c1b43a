// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

// Whether something waits for the handler that is being called.
TestCase {
    id: testCase

    property var answers: []

    name: "HasNewerEvent"

    function init() {
        answers = [];
        element.registry = null;
    }

    function cleanup() {
        bus.clear();
    }

    function answer() {
        answers.push(SignalBox.hasNewerEvent());
    }

    // The first event's call posts the second.
    function handle(event: var) {
        answer();
        if (event === 1)
            bus.post(2);
        answer();
    }

    QmlRegistry {
        id: bus
    }

    RegistryHandler {
        id: element

        registry: bus
        newest: 1
        handler: event => testCase.handle(event)
    }

    Fixture {
        id: fixture
    }

    function test_falseOutsideOfHandlers() {
        verify(!SignalBox.hasNewerEvent());
    }

    function test_elementSeesWhatWaitsForIt() {
        element.registry = bus;
        bus.post(1);
        tryCompare(testCase, "answers", [false, true, false, false]);
    }

    function test_functionSeesWhatWaitsForIt_data(): var {
        return [
            { tag: "registerHandler", register: (f, options) => bus.registerHandler(f, options) },
            { tag: "registerGuard", register: (f, options) => bus.registerGuard(f, options).release() },
            { tag: "on", register: (f, options) => SignalBox.on(bus, f, options) }
        ];
    }

    function test_functionSeesWhatWaitsForIt(row: var) {
        row.register(testCase.handle, { newest: 1 });
        bus.post(1);
        tryCompare(testCase, "answers", [false, true, false, false]);
    }

    function test_batchDoesNotCountItself() {
        bus.registerHandler(events => {
            testCase.answer();
            if (events.length === 2)
                bus.post(3);
            testCase.answer();
        }, { batch: true });
        bus.post(1);
        bus.post(2);
        tryCompare(testCase, "answers", [false, true, false, false]);
    }

    function test_eventsOfOtherThreadsCount() {
        SignalBox.on(fixture.registry, reading => {
            if (reading.value === 1)
                fixture.postFromAnotherThread(2);
            testCase.answer();
        }, { newest: 1 });
        fixture.postFromAnotherThread(1);
        tryCompare(testCase, "answers", [true, false]);
        fixture.clear();
    }

    function test_innermostHandlerCounts() {
        bus.registerHandler(event => {
            if (event !== 1)
                return;
            bus.post(2);
            inner.post(0);
            testCase.answer();
        }, { newest: 1 });
        inner.registerHandler(() => testCase.answer());
        bus.post(1);
        tryCompare(testCase, "answers", [false, true]);
    }

    QmlRegistry {
        id: inner
    }
}
