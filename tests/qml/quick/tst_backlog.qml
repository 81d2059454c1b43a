// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    property var seen: []
    property var lost: []

    name: "Backlog"

    function init() {
        bus.guard?.unregister();
        seen = [];
        lost = [];
        handler.enabled = true;
        handler.filter = null;
        handler.once = false;
        handler.backlog = Backlog.Unbounded;
        handler.capacity = 0;
        handler.overflow = Backlog.DropOldest;
        handler.registry = null;
        handler.registry = bus;
    }

    // Returns when all handlers have been called that were to be called at once.
    function settle() {
        let isSettled = false;
        Qt.callLater(() => isSettled = true);
        tryVerify(() => isSettled);
    }

    function notifyAll(events: var) {
        for (const event of events)
            bus.notify(event);
    }

    function add(event: var) {
        seen.push(event);
    }

    QmlRegistry {
        id: bus

        property HandlerGuard guard: null

        onLagged: (id, dropped) => testCase.lost.push(dropped)
    }

    RegistryHandler {
        id: handler

        registry: bus
        handler: event => testCase.add(event)
    }

    Component {
        id: literalComponent

        RegistryHandler {
            backlog: Backlog.Bounded
            capacity: 2
            overflow: Backlog.DropNewest
        }
    }

    Fixture {
        id: fixture
    }

    function test_unboundedIsCalledInside() {
        bus.notify(1);
        compare(seen, [1]);
    }

    function test_backlogsLetThroughWhatTheySay_data() {
        return [
            { tag: "latest", options: { backlog: Backlog.Latest }, seen: [5], lost: 4 },
            { tag: "bounded", options: { capacity: 2, backlog: Backlog.Bounded }, seen: [4, 5], lost: 3 },
            { tag: "bounded, oldest", options: { capacity: 3, overflow: Backlog.DropOldest, backlog: Backlog.Bounded }, seen: [3, 4, 5], lost: 2 },
            { tag: "bounded, newest", options: { capacity: 3, overflow: Backlog.DropNewest, backlog: Backlog.Bounded }, seen: [1, 2, 3], lost: 2 },
            { tag: "throttled", options: { interval: 5, backlog: Backlog.Throttled }, seen: [5], lost: 4 },
            { tag: "debounced", options: { interval: 5, backlog: Backlog.Debounced }, seen: [5], lost: 4 },
            { tag: "batched", options: { interval: 5, backlog: Backlog.Batched }, seen: [1, 2, 3, 4, 5], lost: 0 },
            { tag: "batched, oldest", options: { interval: 5, capacity: 2, backlog: Backlog.Batched }, seen: [4, 5], lost: 3 },
            { tag: "batched, newest", options: { interval: 5, capacity: 2, overflow: Backlog.DropNewest, backlog: Backlog.Batched }, seen: [1, 2], lost: 3 }
        ];
    }

    // The event loop does not turn between the events, so that none is ever taken out among them.
    function check(row) {
        compare(bus.handlerCount, 1);
        notifyAll([1, 2, 3, 4, 5]);
        compare(seen, []);
        tryVerify(() => seen.length === row.seen.length);
        compare(seen, row.seen);
        tryVerify(() => lost.reduce((sum, count) => sum + count, 0) === row.lost);
    }

    function test_backlogsLetThroughWhatTheySay(row) {
        for (const setting in row.options)
            handler[setting] = row.options[setting];
        check(row);
    }

    function test_functionsHaveBacklogsToo_data() {
        return test_backlogsLetThroughWhatTheySay_data();
    }

    function test_functionsHaveBacklogsToo(row) {
        handler.registry = null;
        bus.guard = bus.registerGuard(testCase.add, row.options);
        check(row);
    }

    function test_listenersHaveBacklogsToo() {
        handler.registry = null;
        const id = SignalBox.on(bus, testCase.add, { backlog: Backlog.Latest });
        check({ seen: [5], lost: 4 });
        bus.unregister(id);
    }

    function test_nothingArrivesWithinTheInterval() {
        const sooner = [];
        handler.interval = 3600000;
        handler.backlog = Backlog.Throttled;
        bus.guard = bus.registerGuard(event => sooner.push(event), { backlog: Backlog.Throttled, interval: 20 });
        bus.notify(1);
        tryVerify(() => seen.length === 1 && sooner.length === 1);
        notifyAll([2, 3]);
        tryVerify(() => sooner.length === 2);
        compare(sooner, [1, 3]);
        compare(seen, [1]);
    }

    function test_lastOfABurstArrivesAfterTheInterval() {
        handler.interval = 20;
        handler.backlog = Backlog.Throttled;
        bus.notify(1);
        tryCompare(testCase, "seen", [1]);
        notifyAll([2, 3]);
        tryVerify(() => seen.length === 2);
        compare(seen, [1, 3]);
    }

    function test_throttledTakesTheNewestOfSeveralInOneTurnOfTheLoop() {
        handler.interval = 20;
        handler.backlog = Backlog.Throttled;
        notifyAll([1, 2, 3]);
        compare(seen, []);
        tryCompare(testCase, "seen", [3]);
        tryVerify(() => lost.reduce((sum, count) => sum + count, 0) === 2);
        notifyAll([4, 5]);
        tryVerify(() => seen.length === 2);
        compare(seen, [3, 5]);
    }

    function test_filterSeesWhatTheBacklogLetsThrough() {
        const asked = [];
        handler.filter = event => {
            asked.push(event);
            return event < 5;
        };
        handler.backlog = Backlog.Latest;
        notifyAll([1, 2, 5]);
        tryVerify(() => asked.length === 1);
        compare(asked, [5]);
        compare(seen, []);
    }

    function test_onceCountsWhatTheBacklogAndTheFilterLetThrough() {
        handler.once = true;
        handler.filter = event => event > 1;
        handler.capacity = 2;
        handler.backlog = Backlog.Bounded;
        notifyAll([0, 1, 2]);
        tryVerify(() => !handler.active);
        compare(seen, [2]);
        bus.notify(3);
        settle();
        compare(seen, [2]);
    }

    function test_changeRegistersAnew() {
        handler.backlog = Backlog.Latest;
        bus.notify(1);
        handler.backlog = Backlog.Unbounded;
        verify(handler.active);
        bus.notify(2);
        settle();
        compare(seen, [2]); // 1 waited for the registration that is gone
        compare(bus.handlerCount, 1);
    }

    function test_literalsAreTaken() {
        handler.registry = null;
        createTemporaryObject(literalComponent, testCase, { registry: bus, handler: event => testCase.add(event) });
        notifyAll([1, 2, 3]);
        tryVerify(() => seen.length === 2);
        compare(seen, [1, 2]);
    }

    function test_settingsThatDoNotFitWarnAndNothingIsRegistered() {
        ignoreWarning(/capacity: expected a positive integer, as the backlog is Bounded, not 0: nothing is handled/);
        handler.capacity = 0;
        handler.backlog = Backlog.Bounded;
        verify(!handler.active);
        handler.capacity = 4;
        verify(handler.active);
        ignoreWarning(/interval: expected milliseconds, an integer, as the backlog is Throttled, Debounced or Batched, not -1/);
        handler.interval = -1;
        handler.backlog = Backlog.Debounced;
        verify(!handler.active);
        ignoreWarning(/backlog: expected Backlog.Unbounded, Latest, Bounded, Throttled, Debounced or Batched, not 256/);
        handler.backlog = Backlog.DropOldest;
        verify(!handler.active);
        handler.backlog = Backlog.Latest;
        verify(handler.active);
    }

    function test_eventsFromOtherThreadsAreMergedToo() {
        handler.registry = fixture.registry;
        handler.handler = event => testCase.add(event.value);
        handler.backlog = Backlog.Latest;
        for (const event of [1, 2, 3])
            fixture.postFromAnotherThread(event);
        compare(seen, []);
        tryVerify(() => seen.length > 0);
        compare(seen, [3]);
        handler.handler = event => testCase.add(event);
    }
}
