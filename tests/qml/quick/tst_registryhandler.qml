// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    property var seen: []

    name: "RegistryHandler"

    function init() {
        seen = [];
        handler.registry = bus;
        handler.priority = 0;
        handler.name = "";
        handler.once = false;
        handler.enabled = true;
        handler.filter = null;
        handler.handler = event => testCase.seen.push(event);
    }

    QmlRegistry {
        id: bus
    }

    RegistryHandler {
        id: handler

        handler: null
        registry: bus
    }

    Fixture {
        id: fixture
    }

    SignalSpy {
        id: activeSpy

        signalName: "activeChanged"
        target: handler
    }

    Component {
        id: orderComponent

        OrderedRegistry {
        }
    }

    Component {
        id: handlerComponent

        RegistryHandler {
            handler: null
        }
    }

    function test_handlerGetsTheEvent() {
        bus.post({ size: 2048 });
        compare(seen.length, 1);
        compare(seen[0].size, 2048);
    }

    function test_changedPriorityMovesTheHandlerAndKeepsItRegistered() {
        const id = bus.registerHandler(() => testCase.seen.push("function"));
        handler.handler = () => testCase.seen.push("element");
        bus.post(1);
        activeSpy.clear();
        handler.priority = -1;
        bus.post(2);
        compare(seen, ["element", "function", "function", "element"]);
        compare(activeSpy.count, 0);
        bus.unregister(id);
    }

    function test_pausedHandlerIsNotCalledAndStaysRegistered() {
        handler.enabled = false;
        bus.post(1);
        verify(handler.active);
        compare(bus.handlerCount, 1);
        handler.enabled = true;
        bus.post(2);
        compare(seen, [2]);
    }

    function test_activeTellsWhetherItIsRegistered() {
        verify(handler.active);
        handler.handler = null;
        verify(!handler.active);
        compare(bus.handlerCount, 0);
        handler.handler = () => {};
        verify(handler.active);
        handler.registry = null;
        verify(!handler.active);
        handler.registry = bus;
        verify(handler.active);
        compare(bus.handlerCount, 1);
    }

    function test_filterDecidesWhichEventsComeThrough() {
        handler.filter = event => event > 10;
        for (const event of [5, 20, 10, 11])
            bus.post(event);
        compare(seen, [20, 11]);
        handler.filter = null;
        bus.post(1);
        compare(seen, [20, 11, 1]);
    }

    function test_onceCountsAcceptedEvents() {
        handler.once = true;
        handler.filter = event => event > 10;
        bus.post(5);
        verify(handler.active);
        bus.post(20);
        verify(!handler.active);
        bus.post(30);
        compare(seen, [20]);
    }

    function test_newFunctionReplacesTheOldOne() {
        const old = handler.handler;
        handler.handler = event => testCase.seen.push("new " + event);
        bus.post(1);
        compare(seen, ["new 1"]);
        verify(old !== handler.handler);
    }

    function test_functionMayBeReplacedInItsOwnCall() {
        handler.handler = event => {
            handler.handler = later => testCase.seen.push("second " + later);
            testCase.seen.push("first " + event);
        };
        bus.post(1);
        bus.post(2);
        compare(seen, ["first 1", "second 2"]);
    }

    function test_whatIsNotAFunctionWarns() {
        ignoreWarning(/handler: expected a function or null, not 5/);
        handler.handler = 5;
        verify(!handler.active);
        handler.handler = event => testCase.seen.push(event);
        verify(handler.active);
        ignoreWarning(/filter: expected a function or null, not "text"/);
        handler.filter = "text";
        verify(!handler.active);
        bus.post(1);
        compare(seen, []);
        handler.filter = null;
        verify(handler.active);
    }

    function test_forgottenOrMiswrittenFunctionsWarnOnceWithTheLineOfTheElement_data() {
        return [
            { tag: "no handler", text: "", warning: "handler: expected a function or null, not undefined" },
            { tag: "handler that is called", text: "handler: console.assert(true)", warning: "handler: expected a function or null, not undefined" },
            { tag: "handler that is a number", text: "handler: 5", warning: "handler: expected a function or null, not 5" },
            { tag: "filter that is called", text: "handler: () => {}; filter: console.assert(true)", warning: "filter: expected a function or null, not undefined" },
            { tag: "filter that is a number", text: "handler: () => {}; filter: 5", warning: "filter: expected a function or null, not 5" },
            { tag: "priority", text: "handler: () => {}; priority: 3 / 2", warning: "priority: expected an integer, not 1.5" },
            { tag: "huge priority", text: "handler: () => {}; priority: 3e9", warning: "priority: expected an integer, not 3e+09" },
            { tag: "newest", text: "handler: () => {}; newest: 3 / 2", warning: "newest: expected a positive integer, the number of events, not 1.5" },
            { tag: "oldest", text: "handler: () => {}; oldest: 3 / 2", warning: "oldest: expected a positive integer, the number of events, not 1.5" },
            { tag: "every", text: "handler: () => {}; every: 3 / 2", warning: "every: expected milliseconds, an integer, not 1.5" },
            { tag: "quietFor", text: "handler: () => {}; quietFor: 3 / 2", warning: "quietFor: expected milliseconds, an integer, not 1.5" },
        ];
    }

    function test_forgottenOrMiswrittenFunctionsWarnOnceWithTheLineOfTheElement(row) {
        const text = "import QtQml\nimport SignalBox\nQmlRegistry {\nRegistryHandler { " + row.text + " }\n}";
        ignoreWarning(new RegExp("Miswritten.qml:4:1: .*" + row.warning.replace("+", "\\+") + ": nothing is handled"));
        failOnWarning(new RegExp(row.warning.replace("+", "\\+")));
        const registry = Qt.createQmlObject(text, testCase, "Miswritten.qml");
        compare(registry.handlerCount, 0);
        verify(!registry.data[0].active);
        registry.data[0].name = "still wrong";
        registry.data[0].priority = 0;
        registry.data[0].filter = null;
        registry.data[0].newest = 0;
        registry.data[0].oldest = 0;
        registry.data[0].every = -1;
        registry.data[0].quietFor = -1;
        registry.data[0].handler = () => {};
        verify(registry.data[0].active);
        registry.destroy();
    }

    function test_nullIsNoMistake() {
        failOnWarning(/expected/);
        const registry = Qt.createQmlObject("import SignalBox\nQmlRegistry { RegistryHandler { handler: null; filter: null } }", testCase);
        compare(registry.handlerCount, 0);
        registry.destroy();
    }

    function test_wrongPriorityEndsTheRegistrationUntilItIsMended() {
        verify(handler.active);
        ignoreWarning(/priority: expected an integer, not 0.5/);
        handler.priority = 0.5;
        verify(!handler.active);
        handler.priority = 7;
        verify(handler.active);
        compare(handler.priority, 7);
    }

    function test_removalByOthersIsSeen() {
        handler.registry = fixture.registry;
        verify(handler.active);
        activeSpy.clear();
        fixture.clear();
        tryCompare(activeSpy, "count", 1);
        verify(!handler.active);
        fixture.post(1);
        compare(seen, []);
        handler.registry = bus;
        verify(handler.active);
    }

    function test_destroyedRegistryIsLetGo() {
        const registry = Qt.createQmlObject("import SignalBox; QmlRegistry {}", testCase);
        handler.registry = registry;
        verify(handler.active);
        registry.destroy();
        tryVerify(() => handler.registry === null);
        verify(!handler.active);
    }

    function test_eventFromCppIsAGadget() {
        handler.registry = fixture.registry;
        fixture.post(7);
        compare(seen.length, 1);
        compare(seen[0].value, 7);
        compare(seen[0].unit, "m");
    }

    function test_eventFromCppIsAMapOrAnObject() {
        handler.registry = fixture.mapRegistry;
        fixture.postMap(9);
        handler.registry = fixture.objectRegistry;
        fixture.postObject();
        compare(seen.length, 2);
        compare(seen[0].value, 9);
        compare(seen[1].registry, fixture.registry);
    }

    function test_eventFromCppWithoutPropertiesShowsNoMembers() {
        handler.registry = fixture.plainRegistry;
        fixture.postPlain(7);
        compare(seen.length, 1);
        verify(seen[0] !== undefined);
        compare(seen[0].value, undefined);
    }

    // post() is a QmlRegistry's: what the events of another registry are, QML does not know.
    function test_registryOfCppIsNotNotifiedFromQml() {
        verify(!("notify" in fixture.registry));
        verify(!("post" in fixture.registry));
    }

    function test_eventFromAnotherThreadComesThroughTheLoop() {
        handler.registry = fixture.registry;
        fixture.postFromAnotherThread(8);
        compare(seen.length, 0);
        tryVerify(() => seen.length === 1);
        compare(seen[0].value, 8);
    }

    function test_eventFromCppIsConvertedOnceForAllHandlers() {
        compare(fixture.copiesForOneEvent(), 0); // nobody in QML listens
        handler.registry = fixture.registry;
        const copiesForOne = fixture.copiesForOneEvent();
        verify(copiesForOne > 0);
        for (let i = 0; i < 7; ++i) {
            const more = createTemporaryObject(handlerComponent, testCase, { registry: fixture.registry }) as RegistryHandler;
            more.handler = event => testCase.seen.push(event.value);
        }
        seen = [];
        compare(fixture.copiesForOneEvent(), copiesForOne);
        compare(seen.length, 8);
    }

    function test_eventThatNoVariantHoldsIsUndefined() {
        ignoreWarning(/cannot be seen by QML/);
        failOnWarning(/cannot be seen by QML/);
        handler.registry = fixture.opaqueRegistry;
        fixture.postOpaque();
        fixture.postOpaque(); // one warning for the type
        compare(seen, [undefined, undefined]);
    }

    function test_equalPrioritiesRunInTheOrderOfTheFile() {
        const registry = createTemporaryObject(orderComponent, testCase) as OrderedRegistry;
        registry.seen = [];
        registry.post(1);
        compare(registry.seen, ["free", "first", "second", "third"]);
    }

    function test_handlersWaitForNoneOfAnotherFile() {
        // Created while this file is being completed, and at work at once.
        const registry = createTemporaryObject(orderComponent, testCase) as OrderedRegistry;
        compare(registry.seen, ["free", "first", "second", "third"]);
    }

    function test_handlerMayStopTheEvent() {
        const id = bus.registerHandler(() => testCase.seen.push("lower"), { priority: -1 });
        handler.handler = event => event > 1 ? SignalBox.Stop : undefined;
        bus.post(2);
        compare(seen, []);
        bus.post(1);
        compare(seen, ["lower"]);
        bus.unregister(id);
    }

    function test_activeIsTrueToTheMoment() {
        handler.registry = fixture.registry;
        fixture.clear();
        verify(!handler.active);
        handler.registry = bus;
    }

    function test_completedWithoutRegistryItWarnsOnceAndIsIdle() {
        ignoreWarning(/no registry: nothing is handled until there is one/);
        const idle = createTemporaryObject(handlerComponent, testCase) as RegistryHandler;
        verify(!idle.active);
        failOnWarning(/no registry/);
        idle.handler = event => testCase.seen.push("late " + event);
        idle.registry = bus;
        verify(idle.active);
        idle.registry = null;
        verify(!idle.active);
        createTemporaryObject(handlerComponent, testCase, { registry: bus });
    }
}
