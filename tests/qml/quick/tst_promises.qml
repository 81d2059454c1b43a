// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    property var results: []
    property var failures: []
    property var settle: null

    name: "Promises"

    function init() {
        results = [];
        failures = [];
        settle = null;
    }

    function cleanup() {
        bus.clear();
    }

    QmlRegistry {
        id: bus

        onHandlerFailed: failure => testCase.failures.push(failure)
    }

    Component {
        id: registries

        QmlRegistry {
        }
    }

    Component {
        id: elements

        RegistryHandler {
            handler: event => new Promise(resolve => testCase.settle = resolve)
        }
    }

    Component {
        id: selfDestroying

        RegistryHandler {
            id: element

            handler: event => {
                element.destroy();
                return new Promise(resolve => testCase.settle = resolve);
            }
        }
    }

    Timer {
        id: turns

        property int count: 0

        interval: 1
        repeat: true
        onTriggered: {
            if (++count === 20)
                stop();
        }
    }

    function resolve() {
        const resolve = settle;
        resolve("anything");
    }

    function collect(promise: var) {
        promise.then(result => testCase.results.push(result));
    }

    function test_reportCountsHandlersThatWereCalledAndThoseThatFailed() {
        bus.registerHandler(() => {});
        bus.registerHandler(() => { throw new Error("boom"); });
        collect(bus.notify(1));
        tryCompare(testCase, "results", [{ called: 2, failed: 1, dropped: 0 }]);
    }

    function test_postReturnsNothingAndNotifyAPromise() {
        bus.registerHandler(event => event);
        compare(typeof bus.post(1), "undefined");
        compare(typeof bus.post(), "undefined");
        verify(bus.notify(1) instanceof Promise);
        verify(bus.notify() instanceof Promise);
        verify(!("notifyAndReport" in bus));
    }

    function test_notifyIsHandledInsideAsPostIs() {
        const seen = [];
        bus.registerHandler((...all) => seen.push(all));
        collect(bus.notify());
        collect(bus.notify(5));
        compare(seen, [[undefined], [5]]);
        tryCompare(testCase, "results", [{ called: 1, failed: 0, dropped: 0 }, { called: 1, failed: 0, dropped: 0 }]);
    }

    function test_reportOfARegistryWithoutHandlersIsAllZero() {
        collect(bus.notify(1));
        tryCompare(testCase, "results", [{ called: 0, failed: 0, dropped: 0 }]);
    }

    function test_reportComesWhenABacklogHasDeliveredOrDropped() {
        const seen = [];
        bus.registerHandler(event => seen.push(event), { newest: 1 });
        collect(bus.notify(1));
        collect(bus.notify(2));
        compare(results, []);
        tryCompare(testCase, "results", [{ called: 0, failed: 0, dropped: 1 }, { called: 1, failed: 0, dropped: 0 }]);
        compare(seen, [2]);
    }

    function test_reportWaitsForThePromiseThatAHandlerReturns() {
        bus.registerHandler(() => new Promise(resolve => testCase.settle = resolve));
        let isLater = false;
        collect(bus.notify(1).then(report => isLater ? report : "too early"));
        // What is posted after all that could tell too early.
        turns.start();
        tryCompare(turns, "count", 20);
        compare(results, []);
        isLater = true;
        resolve();
        tryCompare(testCase, "results", [{ called: 1, failed: 0, dropped: 0 }]);
        compare(failures, []);
    }

    function test_elementsPromiseIsWaitedForToo() {
        createTemporaryObject(elements, testCase, { registry: bus });
        collect(bus.notify(1));
        verify(settle);
        resolve();
        tryCompare(testCase, "results", [{ called: 1, failed: 0, dropped: 0 }]);
    }

    function test_elementThatEndsInItsCallMayReturnAPromise() {
        selfDestroying.createObject(testCase, { registry: bus });
        collect(bus.notify(1));
        resolve();
        tryCompare(testCase, "results", [{ called: 1, failed: 0, dropped: 0 }]);
    }

    function test_rejectionIsAFailure_data() {
        return [
            { tag: "Error", reason: new Error("boom"), message: "boom", hasPlace: true },
            { tag: "text", reason: "text", message: "text", hasPlace: false },
            { tag: "undefined", reason: undefined, message: "undefined", hasPlace: false },
            { tag: "symbol", reason: Symbol("odd"), message: "Symbol(odd)", hasPlace: false }
        ];
    }

    function test_rejectionIsAFailure(row) {
        bus.registerHandler(() => Promise.reject(row.reason), { name: "rejecting" });
        collect(bus.notify(1));
        tryCompare(testCase, "results", [{ called: 1, failed: 1, dropped: 0 }]);
        tryCompare(failures, "length", 1);
        compare(failures[0].handlerName, "rejecting");
        compare(failures[0].message, row.message);
        compare(failures[0].fileName.endsWith("tst_promises.qml"), row.hasPlace);
        compare(failures[0].lineNumber > 0, row.hasPlace);
    }

    function test_throwBehindAPromiseIsAFailureAtItsLine() {
        const line = new Error().lineNumber + 1;
        bus.registerHandler(() => Promise.resolve(1).then(() => { null.x(); }));
        bus.post(1);
        tryCompare(failures, "length", 1);
        verify(failures[0].fileName.endsWith("tst_promises.qml"), failures[0].fileName);
        compare(failures[0].lineNumber, line);
    }

    function test_nextIsTheNextEventAndNoLaterOne() {
        collect(bus.next());
        const event = { size: 1 };
        bus.post(event);
        bus.post({ size: 2 });
        compare(bus.handlerCount, 0);
        tryCompare(results, "length", 1);
        verify(results[0] === event);
    }

    function test_nextOfARegistryThatDiesOrIsClearedIsUndefined_data() {
        return [
            { tag: "dies", end: registry => registry.destroy() },
            { tag: "is cleared", end: registry => registry.clear() }
        ];
    }

    function test_nextOfARegistryThatDiesOrIsClearedIsUndefined(row) {
        const registry = createTemporaryObject(registries, testCase) as QmlRegistry;
        collect(registry.next());
        collect(registry.next());
        row.end(registry);
        tryCompare(results, "length", 2);
        compare(results, [undefined, undefined]);
    }

    function test_clearUnregistersEveryHandler() {
        const seen = [];
        const id = bus.registerHandler(event => seen.push(event));
        const element = createTemporaryObject(elements, testCase, { registry: bus }) as RegistryHandler;
        verify(element.active);
        bus.clear();
        compare(bus.handlerCount, 0);
        verify(!bus.contains(id));
        tryVerify(() => !element.active);
        bus.post(1);
        compare(seen, []);
    }
}
