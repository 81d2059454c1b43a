// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    property var seen: []
    property var lost: []
    property var failures: []

    name: "Match"

    function init() {
        seen = [];
        lost = [];
        failures = [];
        element.match = null;
        element.filter = null;
        element.newest = 0;
        element.batch = false;
        element.once = false;
        element.handler = event => testCase.add(event);
        element.registry = bus;
    }

    function cleanup() {
        element.registry = null;
        bus.clear();
        fixture.clear();
    }

    function add(event: var) {
        seen.push(event.text);
    }

    function addAll(events: var) {
        seen.push(events.map(event => event.text));
    }

    // Two alarms among others; the last event is none.
    function postAll() {
        bus.post({ level: 1, text: "note" });
        bus.post({ level: 3, text: "fire" });
        bus.post({ level: 2, text: "heat" });
        bus.post({ level: 3, text: "flood" });
        bus.post({ level: 1, text: "rain" });
    }

    // Returns when what was queued before has been delivered.
    function settle() {
        for (let turn = 0; turn < 10; ++turn) {
            let isSettled = false;
            Qt.callLater(() => isSettled = true);
            tryVerify(() => isSettled);
        }
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

    Fixture {
        id: fixture
    }

    function test_elementIsCalledForEventsThatMatchOnly() {
        element.match = { level: 3 };
        postAll();
        compare(seen, ["fire", "flood"]); // inside, as without a match
        element.match = {};
        bus.post({ level: 1, text: "note" });
        compare(seen, ["fire", "flood", "note"]);
    }

    function test_eachMemberHasToMatch() {
        element.match = { level: 3, text: "flood" };
        postAll();
        compare(seen, ["flood"]);
    }

    function test_functionsMatchToo_data(): var {
        return [
            { tag: "registerHandler", register: (f, options) => bus.registerHandler(f, options) },
            { tag: "registerGuard", register: (f, options) => bus.registerGuard(f, options) },
            { tag: "on", register: (f, options) => SignalBox.on(bus, f, options) }
        ];
    }

    function test_functionsMatchToo(row: var) {
        element.registry = null;
        row.register(testCase.add, { match: { level: 3 } });
        postAll();
        compare(seen, ["fire", "flood"]);
        bus.clear();
        seen = [];
        row.register(testCase.addAll, { match: { level: 3 }, batch: true });
        postAll();
        tryCompare(testCase, "seen", [["fire", "flood"]]);
    }

    function test_batchHasEventsThatMatchOnly() {
        element.match = { level: 3 };
        element.batch = true;
        element.handler = events => testCase.addAll(events);
        postAll();
        tryCompare(testCase, "seen", [["fire", "flood"]]);
        bus.post({ level: 1, text: "note" });
        settle();
        compare(seen.length, 1); // no empty batch
    }

    function test_eventThatDoesNotMatchReplacesNone_data(): var {
        return [{ tag: "event", batch: false, seen: ["flood"] }, { tag: "batch", batch: true, seen: [["flood"]] }];
    }

    function test_eventThatDoesNotMatchReplacesNone(row: var) {
        element.match = { level: 3 };
        element.newest = 1;
        element.batch = row.batch;
        element.handler = event => row.batch ? testCase.addAll(event) : testCase.add(event);
        postAll();
        compare(seen, []);
        tryCompare(testCase, "seen", row.seen);
        tryCompare(testCase, "lost", [1]); // the other alarm
    }

    function test_filterMayLoseWhatItWants() {
        element.filter = event => event.level === 3;
        element.newest = 1;
        postAll();
        tryCompare(testCase, "lost", [4]); // both alarms among them
        compare(seen, []);
    }

    function test_filterIsAskedAboutWhatMatches() {
        const asked = [];
        element.match = { level: 3 };
        element.filter = event => {
            asked.push(event.text);
            return event.text === "flood";
        };
        postAll();
        compare(asked, ["fire", "flood"]);
        compare(seen, ["flood"]);
    }

    function test_onceIsTheFirstEventThatMatches() {
        element.match = { level: 3 };
        element.once = true;
        postAll();
        compare(seen, ["fire"]);
        verify(!element.active);
        element.registry = null;
        seen = [];
        const id = bus.registerHandler(testCase.add, { match: { level: 3 }, once: true });
        bus.post({ level: 1, text: "note" });
        verify(bus.contains(id));
        postAll();
        compare(seen, ["fire"]);
        verify(!bus.contains(id));
    }

    // The handler is not called, and nothing was dropped.
    function test_reportDoesNotCountWhatDoesNotMatch() {
        const reports = [];
        element.match = { level: 3 };
        element.newest = 5;
        bus.notify({ level: 1, text: "note" }).then(report => reports.push(report));
        bus.notify({ level: 3, text: "fire" }).then(report => reports.push(report));
        tryCompare(reports, "length", 2);
        verify(reports.some(report => report.called === 0 && report.failed === 0 && report.dropped === 0));
        verify(reports.some(report => report.called === 1 && report.failed === 0 && report.dropped === 0));
        compare(lost, []);
    }

    function test_valuesAreComparedAsKeysAre_data(): var {
        return [
            { tag: "number", match: { level: 3 }, events: [{ level: 3, text: "3" }, { level: 3.0, text: "3.0" }, { level: "3", text: "text" }, { level: 4, text: "4" }], seen: ["3", "3.0"] },
            { tag: "0", match: { level: 0 }, events: [{ level: "high", text: "text" }, { level: "", text: "empty" }, { level: null, text: "null" }, { level: 0, text: "0" }], seen: ["0"] },
            { tag: "text", match: { level: "high" }, events: [{ level: "high", text: "yes" }, { level: "High", text: "no" }], seen: ["yes"] },
            { tag: "truth value", match: { isUrgent: false }, events: [{ isUrgent: true, text: "true" }, { isUrgent: false, text: "false" }, { text: "none" }], seen: ["false"] },
            { tag: "null", match: { owner: null }, events: [{ owner: null, text: "null" }, { owner: 5, text: "5" }, { text: "none" }], seen: ["null"] },
            { tag: "object", match: { at: { x: 1, y: 2 } }, events: [{ at: { x: 1, y: 2 }, text: "yes" }, { at: { x: 1, y: 3 }, text: "no" }, { at: { x: 1 }, text: "part" }], seen: ["yes"] },
            { tag: "list", match: { tags: ["a", "b"] }, events: [{ tags: ["a", "b"], text: "yes" }, { tags: ["b", "a"], text: "no" }], seen: ["yes"] },
            { tag: "element", match: { owner: testCase }, events: [{ owner: testCase, text: "yes" }, { owner: element, text: "no" }], seen: ["yes"] },
            { tag: "no member", match: { level: 3 }, events: [{ text: "none" }, { level: NaN, text: "NaN" }, { level: undefined, text: "undefined" }], seen: [] }
        ];
    }

    function test_valuesAreComparedAsKeysAre(row: var) {
        element.match = row.match;
        for (const event of row.events)
            bus.post(event);
        compare(seen, row.seen);
        element.registry = null;
        seen = [];
        bus.registerHandler(testCase.add, { match: row.match });
        for (const event of row.events)
            bus.post(event);
        compare(seen, row.seen);
        compare(failures, []);
    }

    function test_plainValuesHaveTheMemberValue() {
        element.registry = null;
        const values = [];
        bus.registerHandler(event => values.push(event), { match: { value: 2 } });
        for (const event of [1, 2, 3, "2", null, undefined])
            bus.post(event);
        compare(values, [2]);
    }

    function test_handlerGetsTheVeryObject() {
        const event = { level: 3, text: "fire" };
        let given = null;
        element.match = { level: 3 };
        element.handler = alarm => given = alarm;
        bus.post(event);
        verify(given === event);
    }

    // What is asked of the event is what it was when it was posted.
    function test_laterChangesOfTheEventDoNotCount() {
        const event = { level: 3, text: "fire" };
        element.match = { level: 3 };
        element.newest = 1;
        bus.post(event);
        event.level = 1;
        tryCompare(testCase, "seen", ["fire"]);
    }

    function test_eventsOfCppMatchByTheirProperties() {
        element.registry = null;
        const values = [];
        SignalBox.on(fixture.registry, reading => values.push(reading.value), { match: { value: 2, unit: "m" }, newest: 1 });
        fixture.post(2);
        fixture.postFromAnotherThread(1);
        fixture.postFromAnotherThread(3);
        tryVerify(() => values.length > 0);
        compare(values, [2]);
        settle();
        compare(values, [2]);
    }

    function test_eventsOfCppThatAreMapsMatchByTheirKeys() {
        const values = [];
        element.match = { value: 2 };
        element.handler = event => values.push(event.value);
        element.registry = fixture.mapRegistry;
        for (const value of [1, 2, 3])
            fixture.postMap(value);
        compare(values, [2]);
    }

    function test_matchThatIsNoObjectWarnsAndNothingIsRegistered_data(): var {
        return [
            { tag: "number", match: 5, shown: "5" },
            { tag: "text", match: "level", shown: "\"level\"" },
            { tag: "undefined", match: undefined, shown: "undefined" },
            { tag: "function", match: () => true, shown: "a function" },
            { tag: "list", match: [1], shown: "an array" },
            { tag: "date", match: new Date(0), shown: "an object" },
            { tag: "element", match: testCase, shown: "an object of type" }
        ];
    }

    function test_matchThatIsNoObjectWarnsAndNothingIsRegistered(row: var) {
        ignoreWarning(new RegExp("match: expected an object of members and their values, or null, not " + row.shown + ".*: nothing is handled until it is right"));
        element.match = row.match;
        verify(!element.active);
        postAll();
        compare(seen, []);
        element.match = { level: 3 };
        verify(element.active);
        postAll();
        compare(seen, ["fire", "flood"]);
    }

    function test_equalMatchKeepsWhatWaits() {
        element.match = { level: 3 };
        element.newest = 5;
        postAll();
        element.match = { level: 3 };
        tryCompare(testCase, "seen", ["fire", "flood"]);
    }

    function test_otherMatchDropsWhatWaits() {
        element.match = { level: 3 };
        element.newest = 5;
        postAll();
        element.match = { level: 2 };
        postAll();
        tryCompare(testCase, "seen", ["heat"]);
    }
}
