// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    property var seen: []

    name: "QmlRegistry"

    function init() {
        seen = [];
    }

    QmlRegistry {
        id: bus

        name: "bus"
    }

    Component {
        id: listening

        ListeningRegistry {
        }
    }

    Component {
        id: mixed

        QmlRegistry {
            id: mixedRegistry

            RegistryHandler {
                handler: event => timer.interval = event
            }
            Instantiator {
                delegate: QtObject {
                }
                model: 2
            }
            Connections {
                function onNotified(event: var) {}
                target: mixedRegistry
            }
            Timer {
                id: timer
            }
        }
    }

    function test_handlersInsideHaveTheRegistryImplied() {
        const registry = createTemporaryObject(listening, testCase) as ListeningRegistry;
        compare(registry.handlerCount, 2);
        compare(registry.data.length, 2);
        compare(registry.data[0].registry, registry);
    }

    function test_anyObjectMayStandInside() {
        const registry = createTemporaryObject(mixed, testCase) as QmlRegistry;
        compare(registry.handlerCount, 1);
        compare(registry.data.length, 4);
        registry.post(1);
        compare((registry.data[3] as Timer).interval, 1);
        compare((registry.data[2] as Connections).target, registry);
        tryCompare(registry.data[1] as Instantiator, "count", 2);
    }

    function test_notifiedComesAfterTheHandlers() {
        const registry = createTemporaryObject(listening, testCase) as ListeningRegistry;
        registry.post(1);
        compare(registry.seen, ["early 1", "late 1", "signal 1"]);
    }

    function test_handlersShareTheVeryObject() {
        const event = { size: 1 };
        const first = bus.registerHandler(e => testCase.seen.push(e));
        const second = bus.registerHandler(e => testCase.seen.push(e));
        bus.post(event);
        verify(seen[0] === event);
        verify(seen[1] === event);
        bus.unregister(first);
        bus.unregister(second);
    }

    function test_anyValueIsAnEvent() {
        const id = bus.registerHandler(event => testCase.seen.push(event));
        const events = [null, undefined, 5, "text", true];
        for (const event of events)
            bus.post(event);
        compare(seen, events);
        bus.unregister(id);
    }

    function test_postWithoutAnArgumentPostsUndefined() {
        const id = bus.registerHandler((...all) => testCase.seen.push(all));
        compare(typeof bus.post(), "undefined");
        compare(seen.length, 1);
        compare(seen[0].length, 1);
        compare(seen[0][0], undefined);
        bus.unregister(id);
    }

    // Nobody but scripts of the engine listens, so nobody reads the getter.
    function test_eventIsNotConvertedForScripts() {
        let reads = 0;
        const event = { get size() { return ++reads; } };
        const id = bus.registerHandler(e => testCase.seen.push(e));
        bus.post(event);
        compare(reads, 0);
        verify(seen[0] === event);
        bus.unregister(id);
    }

    function test_handlerWithABacklogSeesLaterWritesToTheEvent() {
        const event = { size: 1 };
        const id = bus.registerHandler(e => testCase.seen.push(e.size), { newest: 1 });
        bus.post(event);
        event.size = 2;
        tryCompare(seen, "length", 1);
        compare(seen, [2]);
        bus.unregister(id);
    }

    function test_registeredFunctionsRunInPriorityOrder() {
        const ids = [];
        for (const row of [[0, "c"], [10, "a"], [-5, "e"], [0, "d"], [10, "b"]])
            ids.push(bus.registerHandler(() => testCase.seen.push(row[1]), { priority: row[0] }));
        bus.post(1);
        compare(seen, ["a", "b", "c", "d", "e"]);
        for (const id of ids)
            verify(bus.unregister(id));
        compare(bus.handlerCount, 0);
    }

    function test_handlerIdIsOpaqueAndComparable() {
        const first = bus.registerHandler(() => { throw "first"; });
        const second = bus.registerHandler(() => { throw "second"; });
        const failed = [];
        const note = failure => failed.push(failure.handlerId);
        bus.handlerFailed.connect(note);
        bus.post(1);
        bus.handlerFailed.disconnect(note);
        // The same ids, from elsewhere.
        verify(failed[0] === first);
        verify(failed[1] === second);
        verify(first !== second);
        const map = new Map([[first, "first"], [second, "second"]]);
        compare(map.get(failed[1]), "second");
        verify(/^HandlerId\(\d+\)$/.test(first.toString()));
        verify(bus.contains(first));
        verify(bus.unregister(first));
        verify(!bus.contains(first));
        verify(!bus.unregister(first));
        verify(bus.unregister(second));
    }

    function test_pausedFunctionIsNotCalled() {
        const id = bus.registerHandler(event => testCase.seen.push(event), { enabled: false });
        bus.post(1);
        verify(bus.setEnabled(id, true));
        bus.post(2);
        compare(seen, [2]);
        bus.unregister(id);
    }

    function test_onceIsCalledOnce() {
        const id = bus.registerHandler(event => {
            testCase.seen.push(event);
            bus.post(event + 1);
        }, { once: true });
        bus.post(1);
        bus.post(3);
        compare(seen, [1]);
        verify(!bus.contains(id));
    }

    function test_functionMayUnregisterItself() {
        let id = null;
        id = bus.registerHandler(event => {
            testCase.seen.push(event);
            bus.unregister(id);
            bus.post(event + 1);
        });
        bus.post(1);
        compare(seen, [1]);
        compare(bus.handlerCount, 0);
    }

    function test_postMayBeNested() {
        const id = bus.registerHandler(event => {
            testCase.seen.push(event);
            if (event > 0)
                bus.post(event - 1);
        });
        bus.post(3);
        compare(seen, [3, 2, 1, 0]);
        bus.unregister(id);
    }

    function test_changedPriorityMovesTheFunction() {
        const first = bus.registerHandler(() => testCase.seen.push("first"));
        const second = bus.registerHandler(() => testCase.seen.push("second"));
        verify(bus.setPriority(second, 1));
        bus.post(1);
        compare(seen, ["second", "first"]);
        bus.unregister(first);
        bus.unregister(second);
        verify(!bus.setPriority(second, 2));
    }

    function test_stopEndsThePostAndChanceResultsDoNot() {
        const results = [1, true, "Stop", [], bus, SignalBox.Continue, undefined, SignalBox.Stop, 1];
        const ids = [];
        for (const result of results) {
            const place = ids.length;
            ids.push(bus.registerHandler(() => {
                testCase.seen.push(place);
                return result;
            }));
        }
        bus.post(1);
        compare(seen, [0, 1, 2, 3, 4, 5, 6, 7]);
        ids.forEach(id => bus.unregister(id));
    }
}
