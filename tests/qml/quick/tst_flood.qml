// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

// Items come and go while eight threads post.
TestCase {
    id: testCase

    readonly property int handlersPerRow: 6
    property var failures: []

    name: "Flood"
    when: windowShown
    width: 200
    height: 200
    visible: true

    function initTestCase() {
        fixture.registry.name = "flooded";
    }

    function init() {
        record.seen = [0];
        failures = [];
        fixture.startFlood();
    }

    function cleanup() {
        fixture.stopFlood();
        loader.active = false;
        view.model = 0;
        tryVerify(() => fixture.handlerCount() === 0);
    }

    function calls(): int {
        return record.seen[0];
    }

    // Until the handlers that are there have been called, by events that were posted after this call.
    function awaitCalls() {
        const posted = fixture.posted();
        tryVerify(() => fixture.posted() > posted + 50);
        const before = calls();
        tryVerify(() => calls() > before);
    }

    Fixture {
        id: fixture
    }

    RecordingRegistry {
        id: record

        name: "flood record"
    }

    // A handler that ran after the end of its item would throw, as the names of its file are undefined then.
    Connections {
        function onHandlerFailed(failure: var) {
            testCase.failures.push(failure.message);
        }
        target: fixture.registry
    }

    Loader {
        id: loader

        active: false
        sourceComponent: FloodedRow {
        }
    }

    ListView {
        id: view

        anchors.fill: parent
        model: 0
        delegate: FloodedRow {
        }
    }

    function test_componentsAreLoadedAndUnloaded() {
        for (let i = 0; i < 30; ++i) {
            loader.active = true;
            compare(fixture.handlerCount(), handlersPerRow);
            awaitCalls();
            loader.active = false; // its object is deleted later
            compare(fixture.handlerCount(), 0);
            const after = calls();
            const posted = fixture.posted();
            tryVerify(() => fixture.posted() > posted + 50);
            compare(calls(), after);
        }
        compare(failures, []);
    }

    function test_delegatesComeAndGo() {
        for (let i = 0; i < 20; ++i) {
            view.model = 100;
            tryVerify(() => fixture.handlerCount() > 0);
            awaitCalls();
            view.positionViewAtEnd();
            awaitCalls();
            view.positionViewAtBeginning();
            view.model = i % 3;
            tryVerify(() => fixture.handlerCount() <= (i % 3) * handlersPerRow);
        }
        compare(failures, []);
    }

    function test_engineIsAliveUnderTheFlood() {
        loader.active = true;
        for (let i = 0; i < 20; ++i)
            awaitCalls();
        compare(failures, []);
    }
}
