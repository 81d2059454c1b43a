// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox
import SignalBoxTest

TestCase {
    id: testCase

    name: "RegistryModel"
    when: windowShown
    width: 200
    height: 200
    visible: true

    function cleanup() {
        handlers.registry = bus;
        second.enabled = true;
        second.priority = 0;
        second.handler = () => {};
    }

    QmlRegistry {
        id: bus

        RegistryHandler {
            id: first

            name: "first"
            handler: () => {}
        }
        RegistryHandler {
            id: second

            name: "second"
            handler: null
        }

        onHandlerFailed: {}
    }

    RegistryModel {
        id: handlers

        registry: bus
    }

    Fixture {
        id: fixture
    }

    ListView {
        id: view

        anchors.fill: parent
        model: handlers
        delegate: HandlerRow {
        }
    }

    function row(index: int): HandlerRow {
        return view.itemAtIndex(index) as HandlerRow;
    }

    function test_unnamedFunctionsAreNamedByTheLineThatRegistersThem() {
        const id = bus.registerHandler(() => {}, { priority: 100 });
        const line = parseInt(/:(\d+)$/.exec(new Error().stack.split("\n")[0])[1]) - 1;
        tryVerify(() => row(0)?.name === "tst_registrymodel.qml:" + line);
        const named = bus.registerHandler(() => {}, { priority: 101, name: "named" });
        tryVerify(() => row(0)?.name === "named");
        compare(handlers.get(named).registeredAt, "tst_registrymodel.qml:" + (line + 3));
        bus.unregister(named);
        bus.unregister(id);
    }

    function test_getGivesAllRolesOfARowOrAHandler() {
        settle();
        const roles = Object.assign({}, handlers.get(1));
        compare(roles.name, "second");
        compare(roles.priority, 0);
        compare(roles.registeredAt, "tst_registrymodel.qml"); // of an element Qt does not tell the line
        verify(roles.longestTime >= roles.meanTime);
        for (const name of ["handlerId", "threadName", "enabled", "calls", "failures", "dropped", "merged", "waiting", "meanTime", "lastError"])
            verify(name in roles, name);
        compare(handlers.get(roles.handlerId)["name"], "second");
        try {
            handlers.get(2);
            fail("not refused");
        } catch (error) {
            verify(error instanceof TypeError);
            verify(error.message.includes("expected a row of the model or a HandlerId, not 2"), error.message);
        }
    }

    // Until the view shows both handlers.
    function settle() {
        tryVerify(() => handlers.count === 2 && row(0)?.name === "first" && row(1)?.name === "second");
    }

    function test_delegatesSeeTheRoles() {
        settle();
        compare(row(0).name, "first");
        compare(row(1).name, "second");
        second.handler = () => { throw new Error("boom"); };
        settle();
        const calls = row(0).calls;
        bus.post(1);
        tryVerify(() => row(1)?.lastError === "boom");
        compare(row(1).failures, 1);
        compare(row(0).calls, calls + 1);
        verify(row(0).meanTime > 0);
        verify(row(0).threadName.length > 0);
        compare(row(0).dropped, 0);
        compare(row(0).merged, 0);
        verify(bus.contains(row(0).handlerId));
    }

    function test_handlersArePausedByRowOrId() {
        settle();
        verify(handlers.setEnabled(1, false));
        tryVerify(() => !row(1).enabled);
        verify(handlers.setEnabled(row(1).handlerId, true));
        tryVerify(() => row(1).enabled);
    }

    function test_handlersGetNewPrioritiesByRowOrId() {
        settle();
        verify(handlers.setPriority(1, 5));
        tryVerify(() => row(0)?.name === "second");
        compare(row(0).priority, 5);
        verify(handlers.setPriority(row(0).handlerId, -5));
        tryVerify(() => row(1)?.name === "second");
    }

    function test_rowsCanBeWritten() {
        settle();
        row(0).pause();
        tryVerify(() => !row(0).enabled);
        verify(handlers.setEnabled(0, true));
        tryVerify(() => row(0).enabled);
    }

    function test_anyRegistryIsShown() {
        handlers.registry = fixture.registry;
        compare(handlers.count, 0);
        const id = SignalBox.on(fixture.registry, () => {}, { name: "listener" });
        tryVerify(() => row(0)?.name === "listener");
        verify(!handlers.setEnabled(bus.registerHandler(() => {}, { once: true }), false)); // another registry's
        fixture.clear();
        tryCompare(handlers, "count", 0);
        bus.post(1);
        verify(!fixture.registry.contains(id));
    }

    function test_wrongArgumentsAreTypeErrors_data() {
        return [
            { tag: "row", call: () => handlers.setEnabled(2, true), text: "handler: expected a row of the model or a HandlerId, not 2" },
            { tag: "fraction of a row", call: () => handlers.setEnabled(0.5, true), text: "not 0.5" },
            { tag: "negative row", call: () => handlers.setPriority(-1, 1), text: "not -1" },
            { tag: "name", call: () => handlers.setEnabled("first", true), text: "expected a HandlerId" },
            { tag: "priority", call: () => handlers.setPriority(0, 0.5), text: "priority: expected an integer, not 0.5" },
            { tag: "priority as a text", call: () => handlers.setPriority(0, "5"), text: "priority: expected an integer, not \"5\"" },
            { tag: "no priority", call: () => handlers.setPriority(0), text: "priority: expected an integer, not undefined" },
            { tag: "state as a text", call: () => handlers.setEnabled(0, "x"), text: "enabled: expected true or false, not \"x\"" },
            { tag: "no state", call: () => handlers.setEnabled(0), text: "enabled: expected true or false, not undefined" },
            { tag: "nothing", call: () => handlers.setEnabled(), text: "expected a HandlerId" }
        ];
    }

    function test_wrongArgumentsAreTypeErrors(data) {
        tryCompare(handlers, "count", 2);
        let error = null;
        try {
            data.call();
        } catch (caught) {
            error = caught;
        }
        verify(error instanceof TypeError, String(error));
        verify(error.message.includes(data.text), error.message);
    }
}
