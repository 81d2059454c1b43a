// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

// Handlers that are called by deliver(); and dropPending().
TestCase {
    id: testCase

    property var seen: []
    property var lost: []
    property var failures: []

    name: "OnDemand"

    function init() {
        seen = [];
        lost = [];
        failures = [];
        element.batch = false;
        element.enabled = true;
        element.once = false;
        element.newest = 0;
        element.onDemand = true;
        element.handler = event => testCase.seen.push(event);
        element.registry = bus;
    }

    function cleanup() {
        element.registry = null;
        bus.clear();
        fixture.clear();
    }

    function postAll(events: var) {
        for (const event of events)
            bus.post(event);
    }

    // Returns when what was queued before has been delivered.
    function settle() {
        for (let turn = 0; turn < 10; ++turn) {
            let isSettled = false;
            Qt.callLater(() => isSettled = true);
            tryVerify(() => isSettled);
        }
    }

    function refuseDelivery(why: string) {
        ignoreWarning(new RegExp("deliver\\(\\).*" + why));
    }

    QmlRegistry {
        id: bus

        onHandlerFailed: failure => testCase.failures.push(failure.message)
        onLagged: (id, dropped) => testCase.lost.push(dropped)
    }

    RegistryHandler {
        id: element

        handler: null
        registry: bus
    }

    Component {
        id: elements

        RegistryHandler {
            onDemand: true // qmllint disable
            handler: null
        }
    }

    Component {
        id: registries

        QmlRegistry {
        }
    }

    Fixture {
        id: fixture
    }

    function test_elementIsCalledByDeliverOnly() {
        postAll([1, 2, 3]);
        settle();
        compare(seen, []);
        verify(element.deliver());
        compare(seen, [1, 2, 3]);
        verify(element.deliver()); // nothing waits
        compare(seen, [1, 2, 3]);
        bus.post(4);
        settle();
        compare(seen, [1, 2, 3]);
        verify(element.deliver());
        compare(seen, [1, 2, 3, 4]);
    }

    function test_batchIsCalledByDeliverOnly() {
        element.batch = true;
        element.handler = (events, lost) => testCase.seen.push(events, lost);
        postAll([1, 2, 3]);
        settle();
        compare(seen, []);
        verify(element.deliver());
        compare(seen, [[1, 2, 3], 0]);
        verify(element.deliver());
        compare(seen.length, 2); // no empty batch
    }

    function test_functionsAreCalledByDeliverOnly_data(): var {
        return [
            { tag: "registerHandler", register: (f, options) => bus.registerHandler(f, options) },
            { tag: "registerGuard", register: (f, options) => bus.registerGuard(f, options).release() },
            { tag: "on", register: (f, options) => SignalBox.on(bus, f, options) }
        ];
    }

    function test_functionsAreCalledByDeliverOnly(row: var) {
        element.registry = null;
        const id = row.register(event => testCase.seen.push(event), { onDemand: true });
        const batches = [];
        const other = row.register(events => batches.push(events), { onDemand: true, batch: true, newest: 2 });
        postAll([1, 2, 3]);
        settle();
        verify(bus.deliver(id));
        compare(seen, [1, 2, 3]);
        compare(batches, []);
        verify(bus.deliver(other));
        compare(batches, [[2, 3]]);
        compare(seen, [1, 2, 3]);
    }

    function test_handlersOfACppRegistryAreDeliveredTo() {
        element.registry = fixture.registry;
        element.handler = reading => testCase.seen.push(reading.value);
        fixture.post(1);
        fixture.postFromAnotherThread(2);
        settle();
        compare(seen, []);
        verify(element.deliver());
        compare(seen, [1, 2]);
        const id = SignalBox.on(fixture.registry, reading => testCase.seen.push(-reading.value), { onDemand: true });
        fixture.post(3);
        verify(fixture.registry.deliver(id));
        compare(seen, [1, 2, -3]);
    }

    function test_deliverWithinTheHandlerIsRefused() {
        const results = [];
        element.handler = event => {
            testCase.seen.push(event);
            results.push(element.deliver());
        };
        postAll([1, 2]);
        refuseDelivery("not from within it");
        refuseDelivery("not from within it");
        verify(element.deliver());
        compare(seen, [1, 2]);
        compare(results, [false, false]);
        element.registry = null;

        const id = bus.registerHandler(event => {
            testCase.seen.push(event);
            results.push(bus.deliver(id));
        }, { onDemand: true });
        bus.post(3);
        refuseDelivery("not from within it");
        verify(bus.deliver(id));
        compare(seen, [1, 2, 3]);
        compare(results, [false, false, false]);
    }

    function test_oneHandlerMayDeliverToAnother() {
        const other = bus.registerHandler(event => testCase.seen.push(-event), { onDemand: true });
        element.handler = event => {
            testCase.seen.push(event);
            verify(bus.deliver(other));
        };
        postAll([1, 2]);
        verify(element.deliver());
        compare(seen, [1, -1, -2, 2]);
    }

    // A call takes what waited when it began, so it ends.
    function test_whatTheHandlerPostsWaitsForTheNextDelivery() {
        element.handler = event => {
            testCase.seen.push(event);
            bus.post(event + 10);
        };
        postAll([1, 2]);
        verify(element.deliver());
        compare(seen, [1, 2]);
        settle();
        compare(seen, [1, 2]);
        verify(element.deliver());
        compare(seen, [1, 2, 11, 12]);
    }

    function test_deliverOfAnUnknownIdIsFalse() {
        failOnWarning(/deliver/);
        const other = createTemporaryObject(registries, testCase) as QmlRegistry;
        const foreign = other.registerHandler(() => {}, { onDemand: true });
        verify(!bus.deliver(foreign));
        verify(other.deliver(foreign));
        verify(other.unregister(foreign));
        verify(!other.deliver(foreign));
        element.registry = null;
        verify(!element.deliver());
    }

    function test_deliverToAHandlerThatIsNotOnDemandIsRefused() {
        const id = bus.registerHandler(event => testCase.seen.push(event), { newest: 1 });
        bus.post(1);
        refuseDelivery("the handler's backlog is not onDemand\\(\\)");
        verify(!bus.deliver(id));
        compare(seen, []);
        tryCompare(testCase, "seen", [1]);
        element.onDemand = false;
        refuseDelivery("the handler's backlog is not onDemand\\(\\)");
        verify(!element.deliver());
        const plain = bus.registerHandler(() => {});
        refuseDelivery("the handler's backlog is not onDemand\\(\\)");
        verify(!bus.deliver(plain));
    }

    function test_throwIsAFailureAndDoesNotReachTheCaller() {
        element.handler = event => {
            testCase.seen.push(event);
            throw new Error("boom " + event);
        };
        postAll([1, 2]);
        verify(element.deliver());
        compare(seen, [1, 2]);
        tryCompare(testCase, "failures", ["boom 1", "boom 2"]);
    }

    function test_onceEndsWithTheFirstDelivery() {
        element.once = true;
        postAll([1, 2]);
        verify(element.active);
        verify(element.deliver());
        compare(seen, [1]);
        verify(!element.active);
        verify(!element.deliver());
    }

    function test_reportsComeWithTheDelivery() {
        const reports = [];
        bus.notify(1).then(report => reports.push(report));
        settle();
        compare(reports, []);
        verify(element.deliver());
        tryCompare(reports, "length", 1);
        compare(reports, [{ called: 1, failed: 0, dropped: 0 }]);
    }

    function test_pausedHandlerIsNotCalled() {
        postAll([1, 2]);
        element.enabled = false;
        element.deliver();
        compare(seen, []);
        element.enabled = true;
        bus.post(3);
        verify(element.deliver());
        compare(seen, [3]);
    }

    function test_handlerMayEndItselfWhileItIsDeliveredTo_data(): var {
        return [
            { tag: "element is destroyed", end: (bus, element) => element.destroy() },
            { tag: "element lets go of its registry", end: (bus, element) => element.registry = null },
            { tag: "registry is cleared", end: (bus, element) => bus.clear() },
            { tag: "registry is destroyed", end: (bus, element) => bus.destroy() }
        ];
    }

    function test_handlerMayEndItselfWhileItIsDeliveredTo(row: var) {
        const registry = createTemporaryObject(registries, testCase) as QmlRegistry;
        const handler = elements.createObject(testCase, { registry: registry }) as RegistryHandler;
        handler.handler = event => {
            testCase.seen.push(event);
            row.end(registry, handler);
        };
        registry.post(1);
        handler.deliver();
        compare(seen, [1]);
        settle();
        compare(seen, [1]);
    }

    function test_pendingEventsAreDroppedAndCounted() {
        const reports = [];
        const id = bus.registerHandler(event => testCase.seen.push(event), { newest: 100 });
        const other = bus.registerHandler(event => testCase.seen.push(-event), { newest: 100 });
        bus.post(1);
        bus.notify(2).then(report => reports.push(report));
        element.registry = null;
        verify(bus.dropPending(id));
        bus.post(3);
        tryVerify(() => seen.length === 4);
        compare(seen.filter(value => value > 0), [3]);
        compare(seen.filter(value => value < 0), [-1, -2, -3]);
        tryCompare(reports, "length", 1);
        compare(reports[0].called, 1);
        verify(reports[0].dropped >= 1);
        tryVerify(() => lost.reduce((sum, count) => sum + count, 0) >= 2);
        verify(bus.contains(other));
    }

    function test_pendingEventsOfAllHandlersAreDropped() {
        bus.registerHandler(events => testCase.seen.push(events), { batch: true });
        bus.registerHandler(event => testCase.seen.push(event), { key: "value" });
        bus.registerHandler(event => testCase.seen.push(event), { newest: 1 });
        bus.registerHandler(event => testCase.seen.push(event), { every: 1 });
        postAll([1, 2]);
        bus.dropAllPending();
        settle();
        verify(element.deliver());
        compare(seen, []);
        bus.post(3);
        verify(element.deliver());
        tryVerify(() => seen.length === 5);
        compare(seen.filter(value => value === 3).length, 4);
        verify(seen.some(value => Array.isArray(value) && value.length === 1 && value[0] === 3));
    }

    // To Qt, an undefined argument is none: a misspelt id is not to drop what waits for all.
    function test_dropPendingWithoutAnIdDropsNothing_data(): var {
        return [{ tag: "none", drop: () => bus.dropPending() }, { tag: "undefined", drop: () => bus.dropPending(undefined) },
                { tag: "null", drop: () => bus.dropPending(null) }];
    }

    function test_dropPendingWithoutAnIdDropsNothing(row: var) {
        postAll([1, 2]);
        let error = null;
        try {
            row.drop();
        } catch (caught) {
            error = caught;
        }
        verify(error instanceof Error, String(error));
        verify(element.deliver());
        compare(seen, [1, 2]);
    }

    function test_dropPendingTellsWhetherTheHandlerIsThere() {
        const id = bus.registerHandler(() => {});
        verify(bus.dropPending(id)); // nothing waits
        bus.unregister(id);
        verify(!bus.dropPending(id));
    }

    function test_handlerMayDropWhatWaitsForIt() {
        const id = bus.registerHandler(event => {
            testCase.seen.push(event);
            bus.dropPending(id);
        }, { newest: 10 });
        element.registry = null;
        postAll([1, 2, 3]);
        tryVerify(() => seen.length > 0);
        settle();
        compare(seen, [1]);
        bus.post(4);
        tryVerify(() => seen.length === 2);
        compare(seen, [1, 4]);
    }
}
