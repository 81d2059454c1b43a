// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    property var failures: []
    property var seen: []

    name: "ScriptFailures"

    function init() {
        failures = [];
        seen = [];
    }

    function cleanup() {
        thrower.handler = null;
        thrower.filter = null;
        thrower.registry = bus;
    }

    QmlRegistry {
        id: bus

        onHandlerFailed: failure => testCase.failures.push(failure)

        RegistryHandler {
            priority: -10
            handler: event => testCase.seen.push(event)
        }
    }

    QmlRegistry {
        id: unheardBus

        name: "unheard"
    }

    RegistryHandler {
        id: thrower

        name: "thrower"
        registry: bus
    }

    Fixture {
        id: fixture
    }

    Connections {
        function onHandlerFailed(failure: var) {
            testCase.failures.push(failure);
        }
        target: fixture.registry
    }

    function messageOf(thrower: var): string {
        try {
            thrower();
        } catch (error) {
            return error.message;
        }
        return "";
    }

    function test_throwIsReportedWithItsPlaceAndStopsNobody_data() {
        return [
            { tag: "Error", handler: () => { throw new Error("boom"); }, message: "boom" },
            { tag: "TypeError", handler: () => { null.x(); }, message: messageOf(() => { null.x(); }) }, // Qt's own text
            { tag: "string", handler: () => { throw "text"; }, message: "text" },
            { tag: "number", handler: () => { throw 5; }, message: "5" },
            { tag: "undefined", handler: () => { throw undefined; }, message: "undefined" }
        ];
    }

    function test_throwIsReportedWithItsPlaceAndStopsNobody(row) {
        thrower.handler = row.handler;
        bus.post(1);
        compare(seen, [1]);
        compare(failures.length, 1);
        const failure = failures[0];
        compare(failure.handlerName, "thrower");
        compare(failure.message, row.message);
        verify(failure.fileName.endsWith("tst_scriptfailures.qml"), failure.fileName);
        verify(failure.lineNumber > 60 && failure.lineNumber < 90, failure.lineNumber);
        verify(failure.stack.includes("tst_scriptfailures.qml"), failure.stack);
    }

    function test_returnedErrorIsNoFailure() {
        thrower.handler = () => new Error("only returned");
        bus.post(1);
        compare(failures.length, 0);
    }

    function test_failureCarriesTheIdOfTheHandler() {
        const id = bus.registerHandler(() => { throw "text"; }, { name: "function" });
        bus.post(1);
        compare(failures.length, 1);
        verify(failures[0].handlerId === id);
        compare(failures[0].handlerName, "function");
        bus.unregister(id);
    }

    function test_throwingFilterIsReportedAndRefuses() {
        thrower.filter = () => { throw new Error("no idea"); };
        thrower.handler = event => testCase.seen.push("never");
        bus.post(1);
        compare(seen, [1]);
        compare(failures.length, 1);
        compare(failures[0].message, "no idea");
    }

    function test_throwInANestedNotifyLeavesTheOuterHandlersAlone() {
        thrower.handler = event => {
            if (event === "outer") {
                bus.post("inner");
                testCase.seen.push("went on");
            } else {
                throw "inner failure";
            }
        };
        bus.post("outer");
        compare(seen, ["inner", "went on", "outer"]);
        compare(failures.length, 1);
        compare(failures[0].message, "inner failure");
    }

    function test_callerOfNotifyGoesOn() {
        thrower.handler = () => { throw new Error("boom"); };
        let wentOn = false;
        try {
            bus.post(1);
            wentOn = true;
        } catch (error) {
            fail("the exception reached the caller: " + error);
        }
        verify(wentOn);
    }

    function test_unheardFailureIsAWarningWithItsPlace() {
        thrower.registry = unheardBus;
        thrower.handler = () => { throw new Error("boom"); };
        ignoreWarning(/^file:.*tst_scriptfailures.qml:\d+: Registry "unheard": handler "thrower" \(HandlerId\(\d+\)\) threw: boom$/);
        unheardBus.post(1);
    }

    function test_failureOnACppRegistryIsReportedAlike() {
        thrower.registry = fixture.registry;
        thrower.handler = event => { throw "value " + event.value; };
        fixture.post(3);
        compare(failures.length, 1);
        compare(failures[0].message, "value 3");
        verify(failures[0].fileName.endsWith("tst_scriptfailures.qml"));
    }
}
