// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    property var seen: []
    property var lost: [] // as lagged() tells it, or, where there are batches, the handler
    property bool isBatch: false

    name: "Backlog"

    function init() {
        bus.guard?.unregister();
        seen = [];
        lost = [];
        isBatch = false;
        handler.enabled = true;
        handler.filter = null;
        handler.once = false;
        handler.newest = 0;
        handler.oldest = 0;
        handler.key = "";
        handler.every = -1;
        handler.quietFor = -1;
        handler.onDemand = false;
        handler.match = null;
        handler.batch = false;
        handler.registry = null;
        handler.registry = bus;
    }

    // Returns when all handlers have been called that were to be called at once.
    function settle() {
        let isSettled = false;
        Qt.callLater(() => isSettled = true);
        tryVerify(() => isSettled);
    }

    function postAll(events: var) {
        for (const event of events)
            bus.post(event);
    }

    function add(event: var) {
        seen.push(event);
    }

    function addAll(events: var, losses: var) {
        seen = seen.concat(events);
        lost.push(losses);
    }

    QmlRegistry {
        id: bus

        property HandlerGuard guard: null

        onLagged: (id, dropped) => {
            if (!testCase.isBatch)
                testCase.lost.push(dropped);
        }
    }

    RegistryHandler {
        id: handler

        registry: bus
        handler: event => testCase.add(event)
    }

    Component {
        id: literalComponent

        RegistryHandler {
            oldest: 2
            every: 1
            match: ({ value: 3 })
        }
    }

    Fixture {
        id: fixture
    }

    function test_withoutABacklogItIsCalledInside() {
        bus.post(1);
        compare(seen, [1]);
    }

    function test_backlogsLetThroughWhatTheySay_data() {
        const kept = [
            { tag: "all", options: {}, seen: [1, 2, 3, 4, 5] },
            { tag: "newest", options: { newest: 1 }, seen: [5] },
            { tag: "newest 2", options: { newest: 2 }, seen: [4, 5] },
            { tag: "newest 3", options: { newest: 3 }, seen: [3, 4, 5] },
            { tag: "newest, with room", options: { newest: 6 }, seen: [1, 2, 3, 4, 5] },
            { tag: "oldest", options: { oldest: 1 }, seen: [1] },
            { tag: "oldest 3", options: { oldest: 3 }, seen: [1, 2, 3] },
            { tag: "oldest, with room", options: { oldest: 2147483647 }, seen: [1, 2, 3, 4, 5] },
            { tag: "key", options: { key: "value" }, seen: [1, 2, 3, 4, 5] }
        ];
        const calls = [
            { tag: "at once", options: {} },
            { tag: "every", options: { every: 5 } },
            { tag: "every turn", options: { every: 0 } },
            { tag: "quietFor", options: { quietFor: 5 } },
            { tag: "onDemand", options: { onDemand: true } }
        ];
        const rows = [];
        for (const keep of kept) {
            for (const call of calls) {
                for (const batch of [false, true]) {
                    if (keep.tag === "all" && call.tag === "at once" && !batch)
                        continue; // inside
                    rows.push({
                        tag: keep.tag + ", " + call.tag + (batch ? ", batch" : ""),
                        options: Object.assign(batch ? { batch: true } : {}, keep.options, call.options),
                        seen: keep.seen,
                        lost: 5 - keep.seen.length
                    });
                }
            }
        }
        return rows;
    }

    // The event loop does not turn between the events, so that none is ever taken out among them.
    function check(row, deliver) {
        compare(bus.handlerCount, 1);
        postAll([1, 2, 3, 4, 5]);
        compare(seen, []);
        if (row.options.onDemand) {
            settle();
            compare(seen, []);
            verify(deliver());
            compare(seen, row.seen);
        }
        tryVerify(() => seen.length === row.seen.length);
        compare(seen, row.seen);
        tryVerify(() => lost.reduce((sum, count) => sum + count, 0) === row.lost);
    }

    function test_backlogsLetThroughWhatTheySay(row) {
        isBatch = row.options.batch === true;
        const old = handler.handler;
        handler.handler = isBatch ? testCase.addAll : testCase.add;
        for (const setting in row.options) {
            handler[setting] = row.options[setting];
            compare(handler[setting], row.options[setting]);
        }
        check(row, () => handler.deliver());
        handler.handler = old;
    }

    function test_functionsHaveBacklogsToo_data() {
        return test_backlogsLetThroughWhatTheySay_data();
    }

    function test_functionsHaveBacklogsToo(row) {
        isBatch = row.options.batch === true;
        handler.registry = null;
        const id = bus.registerHandler(isBatch ? testCase.addAll : testCase.add, row.options);
        check(row, () => bus.deliver(id));
        bus.unregister(id);
    }

    function test_guardedFunctionsHaveBacklogsToo() {
        handler.registry = null;
        bus.guard = bus.registerGuard(testCase.add, { newest: 2 });
        check({ options: {}, seen: [4, 5], lost: 3 }, null);
    }

    function test_listenersHaveBacklogsToo() {
        handler.registry = null;
        const id = SignalBox.on(bus, testCase.add, { newest: 1 });
        check({ options: {}, seen: [5], lost: 4 }, null);
        bus.unregister(id);
    }

    function test_nothingArrivesWithinTheTime() {
        const sooner = [];
        handler.newest = 1;
        handler.every = 3600000;
        bus.guard = bus.registerGuard(event => sooner.push(event), { newest: 1, every: 20 });
        bus.post(1);
        tryVerify(() => seen.length === 1 && sooner.length === 1);
        postAll([2, 3]);
        tryVerify(() => sooner.length === 2);
        compare(sooner, [1, 3]);
        compare(seen, [1]);
    }

    function test_lastOfABurstArrivesAfterTheTime() {
        handler.newest = 1;
        handler.every = 20;
        bus.post(1);
        tryCompare(testCase, "seen", [1]);
        postAll([2, 3]);
        tryVerify(() => seen.length === 2);
        compare(seen, [1, 3]);
    }

    function test_newestAndEveryTakeTheNewestOfSeveralInOneTurnOfTheLoop() {
        handler.newest = 1;
        handler.every = 20;
        postAll([1, 2, 3]);
        compare(seen, []);
        tryCompare(testCase, "seen", [3]);
        tryVerify(() => lost.reduce((sum, count) => sum + count, 0) === 2);
        postAll([4, 5]);
        tryVerify(() => seen.length === 2);
        compare(seen, [3, 5]);
    }

    function test_filterSeesWhatTheBacklogLetsThrough() {
        const asked = [];
        handler.filter = event => {
            asked.push(event);
            return event < 5;
        };
        handler.newest = 1;
        postAll([1, 2, 5]);
        tryVerify(() => asked.length === 1);
        compare(asked, [5]);
        compare(seen, []);
    }

    function test_onceCountsWhatTheBacklogAndTheFilterLetThrough() {
        handler.once = true;
        handler.filter = event => event > 1;
        handler.newest = 2;
        postAll([0, 1, 2]);
        tryVerify(() => !handler.active);
        compare(seen, [2]);
        bus.post(3);
        settle();
        compare(seen, [2]);
    }

    function test_changeRegistersAnew() {
        handler.newest = 1;
        bus.post(1);
        handler.newest = 0;
        verify(handler.active);
        bus.post(2);
        settle();
        compare(seen, [2]); // 1 waited for the registration that is gone
        compare(bus.handlerCount, 1);
    }

    function test_literalsAreTaken() {
        handler.registry = null;
        const element = createTemporaryObject(literalComponent, testCase, { registry: bus, handler: event => testCase.add(event) }) as RegistryHandler;
        compare(element.oldest, 2);
        compare(element.every, 1);
        compare(element.match, { value: 3 });
        element.match = null;
        postAll([1, 2, 3]);
        tryVerify(() => seen.length === 2);
        compare(seen, [1, 2]);
    }

    function test_defaultsSayNothing() {
        compare(handler.newest, 0);
        compare(handler.oldest, 0);
        compare(handler.key, "");
        compare(handler.every, -1);
        compare(handler.quietFor, -1);
        compare(handler.onDemand, false);
        compare(handler.match, null);
    }

    function test_settingsThatDoNotFitWarnAndNothingIsRegistered_data() {
        const number = "expected a positive integer, the number of events, not ";
        const time = "expected milliseconds, an integer, not ";
        const keep = "newest, oldest and key: expected one of them, as each says what is kept";
        const call = "every, quietFor and onDemand: expected one of them, as each says when the handler is called";
        const rows = [
            { tag: "", settings: { newest: -1 }, text: "newest: " + number + "-1" },
            { tag: "", settings: { newest: 1.5 }, text: "newest: " + number + "1.5" },
            { tag: "", settings: { newest: 2147483648 }, text: "newest: " + number + "2.14748e\\+09" },
            { tag: "", settings: { newest: NaN }, text: "newest: " + number + "nan" },
            { tag: "", settings: { oldest: -1 }, text: "oldest: " + number + "-1" },
            { tag: "", settings: { oldest: 0.5 }, text: "oldest: " + number + "0.5" },
            { tag: "", settings: { oldest: 2147483648 }, text: "oldest: " + number + "2.14748e\\+09" },
            { tag: "", settings: { oldest: NaN }, text: "oldest: " + number + "nan" },
            { tag: "", settings: { oldest: Infinity }, text: "oldest: " + number + "inf" },
            { tag: "", settings: { every: -2 }, text: "every: " + time + "-2" },
            { tag: "", settings: { every: 1.5 }, text: "every: " + time + "1.5" },
            { tag: "", settings: { every: 2147483648 }, text: "every: " + time + "2.14748e\\+09" },
            { tag: "", settings: { every: NaN }, text: "every: " + time + "nan" },
            { tag: "", settings: { every: 99 * 365 * 24 * 3600 * 1000 }, text: "every: " + time + "3.12206e\\+12" },
            { tag: "", settings: { quietFor: 99 * 365 * 24 * 3600 * 1000 }, text: "quietFor: " + time + "3.12206e\\+12" },
            { tag: "", settings: { quietFor: -0.5 }, text: "quietFor: " + time + "-0.5" },
            { tag: "", settings: { quietFor: NaN }, text: "quietFor: " + time + "nan" },
            { tag: "", settings: { newest: 1, oldest: 1 }, text: keep },
            { tag: "", settings: { newest: 1, key: "value" }, text: keep },
            { tag: "", settings: { oldest: 1, key: "value" }, text: keep },
            { tag: "", settings: { every: 5, quietFor: 5 }, text: call },
            { tag: "", settings: { every: 0, onDemand: true }, text: call },
            { tag: "", settings: { quietFor: 0, onDemand: true }, text: call },
            { tag: "", settings: { match: { value: undefined } }, text: "match: expected a value of \"value\", not undefined, a function, a symbol or NaN" },
            { tag: "", settings: { match: { value: () => 3 } }, text: "match: expected a value of \"value\", not undefined, a function, a symbol or NaN" },
            { tag: "", settings: { match: { value: Symbol("3") } }, text: "match: expected a value of \"value\", not undefined, a function, a symbol or NaN" },
            { tag: "", settings: { match: { value: NaN } }, text: "match: expected a value of \"value\", not undefined, a function, a symbol or NaN" }
        ];
        for (let i = 0; i < rows.length; ++i)
            rows[i].tag = Object.keys(rows[i].settings).join(", ") + " " + i;
        return rows;
    }

    function test_settingsThatDoNotFitWarnAndNothingIsRegistered(row) {
        const before = {};
        ignoreWarning(new RegExp("tst_backlog.qml:\\d+:\\d+: .*: " + row.text + ".*: nothing is handled until it is right"));
        for (const setting in row.settings) {
            before[setting] = handler[setting];
            verify(handler.active);
            handler[setting] = row.settings[setting];
        }
        verify(!handler.active);
        compare(bus.handlerCount, 0);
        postAll([1, 2]);
        verify(!handler.deliver());
        for (const setting in row.settings)
            handler[setting] = before[setting];
        verify(handler.active);
        bus.post(3);
        compare(seen, [3]);
    }

    function test_settingsOfVersion02WarnAndChangeNothing_data() {
        return [
            { tag: "backlog", text: "backlog: Backlog.Latest" },
            { tag: "capacity", text: "capacity: 5" },
            { tag: "overflow", text: "overflow: Backlog.DropNewest" },
            { tag: "interval", text: "interval: 100" }
        ];
    }

    function test_settingsOfVersion02WarnAndChangeNothing(row) {
        const message = "Old.qml:4:1: .*" + row.tag + ": expected none, .* newest, oldest and key .* every, quietFor and onDemand";
        ignoreWarning(new RegExp(message));
        failOnWarning(new RegExp(row.tag)); // a second one
        const registry = Qt.createQmlObject("import QtQml\nimport SignalBox\nQmlRegistry {\nRegistryHandler { handler: () => {}; " + row.text + " }\n}",
                                            testCase, "Old.qml");
        const element = registry.data[0];
        verify(element.active);
        compare(element[row.tag], undefined);
        compare([element.newest, element.oldest, element.every, element.quietFor], [0, 0, -1, -1]);
        registry.destroy();
    }

    function test_eventsFromOtherThreadsAreMergedToo() {
        handler.registry = fixture.registry;
        handler.handler = event => testCase.add(event.value);
        handler.newest = 1;
        for (const event of [1, 2, 3])
            fixture.postFromAnotherThread(event);
        compare(seen, []);
        tryVerify(() => seen.length > 0);
        compare(seen, [3]);
        handler.handler = event => testCase.add(event);
    }
}
