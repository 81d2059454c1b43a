// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    property var events: []
    property var failures: []

    name: "Key"

    function init() {
        events = [];
        failures = [];
        element.key = "symbol";
        element.batch = false;
        element.newest = 0;
        element.oldest = 0;
        element.every = -1;
        element.quietFor = -1;
        element.match = null;
        element.once = false;
        element.filter = null;
        element.registry = bus;
    }

    function cleanup() {
        element.registry = null;
        bus.clear();
    }

    function postAll(ticks: var) {
        for (const tick of ticks)
            bus.post({ symbol: tick[0], price: tick[1] });
    }

    function pairsOf(ticks: var): var {
        return ticks.map(tick => [tick.symbol, tick.price]);
    }

    // Returns when what was queued before has been delivered.
    function settle() {
        let isSettled = false;
        Qt.callLater(() => isSettled = true);
        tryVerify(() => isSettled);
    }

    QmlRegistry {
        id: bus

        onHandlerFailed: failure => testCase.failures.push(failure.message)
    }

    RegistryHandler {
        id: element

        handler: (events, lost) => {
            if (element.batch)
                testCase.events = testCase.events.concat([testCase.pairsOf(events), lost]);
            else
                testCase.events = testCase.events.concat(testCase.pairsOf([events]));
        }
        registry: bus
    }

    Fixture {
        id: fixture
    }

    function test_eventsOfCppHaveTheirPropertiesAsKeys() {
        let seen = [];
        SignalBox.on(fixture.registry, reading => seen.push(reading.value), { key: "unit" });
        let others = [];
        SignalBox.on(fixture.registry, reading => others.push(reading.value), { key: "value" });
        fixture.post(1);
        fixture.post(2);
        fixture.postFromAnotherThread(3);
        tryVerify(() => others.length === 3 && seen.length === 1);
        compare(seen, [3]);
        compare(others, [1, 2, 3]);
        fixture.clear();
    }

    function test_elementGetsTheNewestOfEachKey_data(): var {
        return [
            { tag: "at once", every: -1, quietFor: -1 },
            { tag: "every turn", every: 0, quietFor: -1 },
            { tag: "every", every: 1, quietFor: -1 },
            { tag: "quietFor", every: -1, quietFor: 1 }
        ];
    }

    function test_elementGetsTheNewestOfEachKey(row: var) {
        element.every = row.every;
        element.quietFor = row.quietFor;
        postAll([["A", 1], ["B", 2], ["A", 3], [7, 4], ["A", 5]]);
        compare(events, []); // never inline
        tryCompare(testCase, "events", [["A", 5], ["B", 2], [7, 4]]);
        postAll([["B", 6]]);
        tryCompare(testCase, "events", [["A", 5], ["B", 2], [7, 4], ["B", 6]]);
    }

    function test_batchHasTheNewestOfEachKey() {
        element.batch = true;
        postAll([["A", 1], ["B", 2], ["A", 3]]);
        tryCompare(testCase, "events", [[["A", 3], ["B", 2]], 1]);
    }

    function test_functionsTakeAKey_data(): var {
        return [
            { tag: "registerHandler", register: (f, options) => bus.registerHandler(f, options) },
            { tag: "registerGuard", register: (f, options) => bus.registerGuard(f, options) },
            { tag: "on", register: (f, options) => SignalBox.on(bus, f, options) }
        ];
    }

    function test_functionsTakeAKey(row: var) {
        element.registry = null;
        row.register(event => events = events.concat(pairsOf([event])), { key: "symbol" });
        row.register(batch => events = events.concat([pairsOf(batch)]), { key: "symbol", batch: true, priority: -1 });
        postAll([["A", 1], ["B", 2], ["A", 3]]);

        tryVerify(() => events.length === 3);
        verify(events.some(entry => JSON.stringify(entry) === '[["A",3],["B",2]]'));
        verify(events.some(entry => JSON.stringify(entry) === '["A",3]'));
        verify(events.some(entry => JSON.stringify(entry) === '["B",2]'));
    }

    function test_handlerGetsTheVeryObject() {
        const event = { symbol: "A", price: 1 };
        let seen = null;
        bus.registerHandler(tick => seen = tick, { key: "symbol" });
        bus.post(event);
        tryVerify(() => seen !== null);
        verify(seen === event);
    }

    function test_numbersAreOneKeyWhateverTheirType() {
        postAll([[1, "integer"], [1.0, "real"], [1.5, "other"]]);
        tryCompare(testCase, "events", [[1, "real"], [1.5, "other"]]);
    }

    function test_eventWithoutTheKeyIsAFailure() {
        bus.post({ price: 1 });
        bus.post(5);
        bus.post({ symbol: NaN });
        bus.post({ symbol: "A", price: 2 });
        tryCompare(testCase, "events", [["A", 2]]);
        compare(failures.length, 3);
        verify(failures[0].includes("expected an event with a member \"symbol\""), failures[0]);
    }

    function test_valuesAreTheirOwnKey() {
        element.registry = null;
        let seen = [];
        bus.registerHandler(value => seen.push(value), { key: "value" });
        for (const value of ["x", "y", "x"])
            bus.post(value);
        tryVerify(() => seen.length === 2);
        compare(seen, ["x", "y"]);
    }

    function test_keyMayChange() {
        element.key = "";
        postAll([["A", 1]]);
        compare(events, [["A", 1]]); // inline
        element.key = "price";
        postAll([["A", 1], ["B", 1], ["C", 2]]);
        tryCompare(testCase, "events", [["A", 1], ["B", 1], ["C", 2]]);
    }

    function test_newestAndOldestAreRefusedBesideAKey_data(): var {
        return [{ tag: "newest" }, { tag: "oldest" }];
    }

    function test_newestAndOldestAreRefusedBesideAKey(row: var) {
        ignoreWarning(new RegExp("newest, oldest and key: expected one of them, as each says what is kept"));
        element[row.tag] = 5;
        verify(!element.active);
        element[row.tag] = 0;
        verify(element.active);
        let options = { key: "symbol", every: 1 };
        options[row.tag] = 5;
        let message = "";
        try {
            bus.registerHandler(() => {}, options);
        } catch (error) {
            message = error.message;
        }
        verify(message.includes("options: newest, oldest and key: expected one of them"), message);
    }

    // Until 0.3, a key could not be debounced.
    function test_keyGoesWithEachTimeOfTheCall_data(): var {
        return [{ tag: "quietFor", options: { quietFor: 1 } }, { tag: "every, batch", options: { every: 1, batch: true } }];
    }

    function test_keyGoesWithEachTimeOfTheCall(row: var) {
        element.registry = null;
        bus.registerHandler(tick => events = events.concat(pairsOf([].concat(tick))), Object.assign({ key: "symbol" }, row.options));
        postAll([["A", 1], ["B", 2], ["A", 3]]);
        compare(events, []);
        tryCompare(testCase, "events", [["A", 3], ["B", 2]]);
    }

    // Code of the script may run while the key is read.
    function test_getterOfTheKeyMayThrow() {
        bus.post({ get symbol() { throw new Error("no symbol"); }, price: 1 });
        bus.post({ symbol: "A", price: 2 });
        tryCompare(testCase, "events", [["A", 2]]);
        compare(failures.length, 1);
        verify(failures[0].includes("symbol"), failures[0]);
    }

    function test_getterOfTheKeyMayPost() {
        let isFirst = true;
        bus.post({
            get symbol() {
                if (isFirst) {
                    isFirst = false;
                    bus.post({ symbol: "B", price: 2 });
                }
                return "A";
            },
            price: 1
        });
        tryVerify(() => events.length === 2);
        compare(events.sort(), [["A", 1], ["B", 2]]);
        compare(failures, []);
    }

    function test_getterOfTheKeyMayEndTheHandler() {
        element.registry = null;
        const id = bus.registerHandler(tick => events = events.concat(pairsOf([tick])), { key: "symbol" });
        bus.post({
            get symbol() {
                bus.unregister(id);
                return "A";
            },
            price: 1
        });
        verify(!bus.contains(id));
        settle();
        compare(events, []);
        compare(failures, []);
    }

    function test_keyThatIsNoNameIsRefused_data(): var {
        return [{ tag: "number", key: 5 }, { tag: "empty", key: "" }, { tag: "function", key: event => event.symbol }];
    }

    function test_keyThatIsNoNameIsRefused(row: var) {
        let message = "";
        try {
            bus.registerHandler(() => {}, { key: row.key });
        } catch (error) {
            message = error.message;
        }
        verify(message.includes("options: key: expected the name of a member, a string"), message);
    }
}
