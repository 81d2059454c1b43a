// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    property var batches: []
    property var losses: []
    property var failures: []

    name: "Batch"

    function init() {
        batches = [];
        losses = [];
        failures = [];
        element.batch = true;
        element.newest = 0;
        element.oldest = 0;
        element.every = -1;
        element.quietFor = -1;
        element.once = false;
        element.filter = null;
        element.handler = (events, lost) => testCase.add(events, lost);
        element.registry = bus;
    }

    function cleanup() {
        element.registry = null;
        bus.clear();
    }

    function add(events: var, lost: var) {
        batches.push(events);
        losses.push(lost);
    }

    function postAll(events: var) {
        for (const event of events)
            bus.post(event);
    }

    // Returns when what was queued before has been delivered. A drain may give way, and go on in a later turn of the loop.
    function settle() {
        for (let turn = 0; turn < 10; ++turn) {
            let isSettled = false;
            Qt.callLater(() => isSettled = true);
            tryVerify(() => isSettled);
        }
    }

    QmlRegistry {
        id: bus

        onHandlerFailed: failure => testCase.failures.push(failure)
    }

    RegistryHandler {
        id: element

        handler: null
        registry: bus
    }

    Fixture {
        id: fixture
    }

    function test_elementGetsWhatWaitsInOneCall() {
        const event = { size: 1 };
        postAll([event, 2, "three"]);
        compare(batches, []);
        tryCompare(batches, "length", 1);
        verify(Array.isArray(batches[0]));
        compare(batches[0].length, 3);
        verify(batches[0][0] === event);
        compare(batches[0][2], "three");
        compare(losses, [0]);
        bus.post(4);
        tryCompare(batches, "length", 2);
        compare(batches[1], [4]);
    }

    function test_functionGetsWhatWaitsInOneCall_data() {
        return [
            { tag: "registerHandler", register: f => bus.registerHandler(f, { batch: true }) },
            { tag: "registerGuard", register: f => bus.registerGuard(f, { batch: true }) },
            { tag: "on", register: f => SignalBox.on(bus, f, { batch: true }) }
        ];
    }

    function test_functionGetsWhatWaitsInOneCall(row) {
        element.registry = null;
        row.register((events, lost) => testCase.add(events, lost));
        postAll([1, 2, 3]);
        compare(batches, []);
        tryCompare(testCase, "batches", [[1, 2, 3]]);
        compare(losses, [0]);
    }

    function test_lossesAreToldWithTheNextBatch_data() {
        return [
            { tag: "newest", settings: { newest: 1 }, batch: [4], lost: 3 },
            { tag: "newest 2", settings: { newest: 2 }, batch: [3, 4], lost: 2 },
            { tag: "newest, every", settings: { newest: 1, every: 1 }, batch: [4], lost: 3 },
            { tag: "newest, quietFor", settings: { newest: 1, quietFor: 1 }, batch: [4], lost: 3 },
            { tag: "every", settings: { every: 1 }, batch: [1, 2, 3, 4], lost: 0 },
            { tag: "newest 3, every", settings: { newest: 3, every: 1 }, batch: [2, 3, 4], lost: 1 }
        ];
    }

    function test_lossesAreToldWithTheNextBatch(row) {
        for (const setting in row.settings)
            element[setting] = row.settings[setting];
        postAll([1, 2, 3, 4]);
        tryCompare(testCase, "batches", [row.batch]);
        compare(losses, [row.lost]);
        bus.post(5);
        tryCompare(batches, "length", 2);
        compare(losses, [row.lost, 0]);
    }

    function test_filterIsAskedAboutEachEvent() {
        element.filter = event => event % 2 === 0;
        postAll([1, 2, 3, 4]);
        tryCompare(testCase, "batches", [[2, 4]]);
        postAll([5, 7]);
        settle();
        compare(batches.length, 1);
    }

    function test_lossesOfARefusedBatchAreToldLater() {
        element.filter = event => event >= 10;
        element.newest = 1;
        postAll([1, 2, 3]);
        settle();
        compare(batches, []);
        bus.post(10);
        tryCompare(testCase, "batches", [[10]]);
        compare(losses, [2]);
    }

    function test_onceIsOneCall() {
        element.once = true;
        postAll([1, 2]);
        tryCompare(testCase, "batches", [[1, 2]]);
        verify(!element.active);
        postAll([3]);
        settle();
        compare(batches.length, 1);
    }

    function test_filterMayEndTheElement() {
        element.filter = event => {
            element.registry = null;
            return true;
        };
        postAll([1, 2]);
        tryVerify(() => element.registry === null);
        compare(batches, []);
    }

    function test_batchMayChange() {
        element.batch = false;
        bus.post(1);
        compare(batches, [1]);
        element.batch = true;
        bus.post(2);
        tryCompare(testCase, "batches", [1, [2]]);
    }

    function test_throwIsAFailureOfEachEvent() {
        element.handler = () => { throw new Error("boom"); };
        const reports = [];
        bus.notify(1).then(report => reports.push(report));
        bus.notify(2).then(report => reports.push(report));
        tryCompare(reports, "length", 2);
        compare(reports, [{ called: 1, failed: 1, dropped: 0 }, { called: 1, failed: 1, dropped: 0 }]);
        compare(failures.length, 1);
        compare(failures[0].message, "boom");
    }

    function test_reportsWaitForThePromiseOfTheBatch() {
        let resolve = null;
        element.handler = () => new Promise(settle => resolve = settle);
        const reports = [];
        bus.notify(1).then(report => reports.push(report));
        bus.notify(2).then(report => reports.push(report));
        tryVerify(() => resolve);
        for (let turn = 0; turn < 20; ++turn) // a report that comes too early comes some turns of the loop later
            settle();
        compare(reports, []);
        resolve();
        tryCompare(reports, "length", 2);
        compare(reports[1], { called: 1, failed: 0, dropped: 0 });
    }

    function test_eventsOfCppAreConvertedOnceForAllBatches() {
        const other = [];
        SignalBox.on(fixture.registry, events => other.push(events), { batch: true });
        element.registry = fixture.registry;
        fixture.post(5);
        fixture.postFromAnotherThread(6);
        tryVerify(() => batches.length > 0 && batches[batches.length - 1].some(event => event.value === 6));
        compare([].concat(...batches).map(event => event.value), [5, 6]);
        tryVerify(() => [].concat(...other).length === 2);
        verify(other[0][0] === batches[0][0]);
    }

    function test_floodArrivesCompletely() {
        element.registry = fixture.registry;
        let count = 0;
        element.handler = events => count += events.length;
        fixture.startFlood();
        tryVerify(() => count > 1000);
        fixture.stopFlood();
        tryVerify(() => count >= fixture.posted());
        settle();
        compare(count, fixture.posted());
    }
}
