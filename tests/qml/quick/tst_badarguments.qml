// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    readonly property var none: () => {}

    name: "BadArguments"

    QmlRegistry {
        id: bus
    }

    Loader {
        id: loader
    }

    Component {
        id: ownerComponent

        QtObject {
        }
    }

    function test_wrongArgumentsAreTypeErrorsAtTheCallersLine_data() {
        const none = testCase.none;
        return [
            { tag: "number for a function", call: () => bus.registerHandler(5), text: "function: expected a function, not 5" },
            { tag: "nothing", call: () => bus.registerHandler(undefined), text: "function: expected a function, not undefined" },
            { tag: "object for a function", call: () => bus.registerGuard({}), text: "function: expected a function, not an object" },
            { tag: "unknown option", call: () => bus.registerHandler(none, { prio: 1 }), text: "there is no option prio; there are priority" },
            { tag: "fraction", call: () => bus.registerHandler(none, { priority: 1.5 }), text: "priority: expected an integer, not 1.5" },
            { tag: "too large", call: () => bus.registerHandler(none, { priority: 1e10 }), text: "priority: expected an integer, not 10000000000" },
            { tag: "not a number", call: () => bus.registerHandler(none, { priority: NaN }), text: "priority: expected an integer, not NaN" },
            { tag: "text for a number", call: () => bus.registerHandler(none, { priority: "1" }), text: "priority: expected an integer, not \"1\"" },
            { tag: "number for a text", call: () => bus.registerHandler(none, { name: 1 }), text: "name: expected a string, not 1" },
            { tag: "number for a truth value", call: () => bus.registerHandler(none, { once: 1 }), text: "once: expected true or false, not 1" },
            { tag: "text for a truth value", call: () => bus.registerHandler(none, { enabled: "no" }), text: "enabled: expected true or false, not \"no\"" },
            { tag: "batch that is a number", call: () => bus.registerHandler(none, { batch: 1 }), text: "options: batch: expected true or false, not 1" },
            { tag: "number for onDemand", call: () => bus.registerGuard(none, { onDemand: 1 }), text: "options: onDemand: expected true or false, not 1" },
            { tag: "truth value for nested", call: () => bus.registerHandler(none, { nested: true }), text: "options: nested: expected SignalBox.Deliver or SignalBox.Wait, not true" },
            { tag: "text for nested", call: () => bus.registerGuard(none, { nested: "Wait" }), text: "options: nested: expected SignalBox.Deliver or SignalBox.Wait, not \"Wait\"" },
            { tag: "number for nested", call: () => SignalBox.on(bus, none, { nested: 1 }), text: "options: nested: expected SignalBox.Deliver or SignalBox.Wait, not 1" },
            { tag: "another name for nested", call: () => SignalBox.on(bus, none, { nested: SignalBox.Stop }), text: "options: nested: expected SignalBox.Deliver or SignalBox.Wait, not " },
            { tag: "fraction for nested", call: () => bus.registerHandler(none, { nested: 1.5 }), text: "options: nested: expected SignalBox.Deliver or SignalBox.Wait, not 1.5" },
            { tag: "null for nested", call: () => bus.registerHandler(none, { nested: null }), text: "options: nested: expected SignalBox.Deliver or SignalBox.Wait, not null" },
            { tag: "symbol for nested", call: () => bus.registerHandler(none, { nested: Symbol("Wait") }), text: "options: nested: expected SignalBox.Deliver or SignalBox.Wait, not a symbol" },
            { tag: "number for a match", call: () => bus.registerHandler(none, { match: 5 }), text: "options: match: expected an object of members and their values, not 5" },
            { tag: "text for a match", call: () => bus.registerHandler(none, { match: "level" }), text: "match: expected an object of members and their values, not \"level\"" },
            { tag: "null for a match", call: () => bus.registerHandler(none, { match: null }), text: "match: expected an object of members and their values, not null" },
            { tag: "list for a match", call: () => bus.registerGuard(none, { match: [1] }), text: "match: expected an object of members and their values, not an array" },
            { tag: "function for a match", call: () => SignalBox.on(bus, none, { match: event => event.level === 3 }), text: "match: expected an object of members and their values, not a function" },
            { tag: "element for a match", call: () => bus.registerHandler(none, { match: testCase }), text: "match: expected an object of members and their values, not an object of type" },
            { tag: "symbol for a match", call: () => bus.registerHandler(none, { match: Symbol("level") }), text: "not a symbol" },
            { tag: "match of undefined", call: () => bus.registerHandler(none, { match: { level: undefined } }), text: "options: match: expected a value of \"level\", not undefined, a function, a symbol or NaN" },
            { tag: "match of NaN", call: () => bus.registerHandler(none, { match: { level: NaN } }), text: "options: match: expected a value of \"level\"" },
            { tag: "match of a function", call: () => bus.registerHandler(none, { match: { level: () => 3 } }), text: "options: match: expected a value of \"level\"" },
            { tag: "match of a symbol", call: () => bus.registerHandler(none, { match: { level: Symbol("3") } }), text: "options: match: expected a value of \"level\"" },
            { tag: "date for a match", call: () => bus.registerHandler(none, { match: new Date(0) }), text: "match: expected an object of members and their values, not an object" },
            { tag: "newest and oldest", call: () => bus.registerHandler(none, { newest: 1, oldest: 1 }), text: "options: newest, oldest and key: expected one of them, as each says what is kept" },
            { tag: "newest with a key", call: () => SignalBox.on(bus, none, { newest: 1, key: "size" }), text: "options: newest, oldest and key: expected one of them, as each says what is kept" },
            { tag: "every and quietFor", call: () => bus.registerGuard(none, { every: 5, quietFor: 5 }), text: "options: every, quietFor and onDemand: expected one of them, as each says when the handler is called" },
            { tag: "every and onDemand", call: () => bus.registerHandler(none, { every: 5, onDemand: true }), text: "options: every, quietFor and onDemand: expected one of them" },
            { tag: "no id to deliver to", call: () => bus.deliver(), text: "QmlRegistry.deliver(): id: expected a HandlerId, as registerHandler() returns it, not undefined" },
            { tag: "number for an id to deliver to", call: () => bus.deliver(5), text: "deliver(): id: expected a HandlerId, as registerHandler() returns it, not 5" },
            { tag: "number for an id to drop for", call: () => bus.dropPending(5), text: "QmlRegistry.dropPending(): id: expected a HandlerId, as registerHandler() returns it, not 5" },
            { tag: "plain object for an owner", call: () => bus.registerHandler(none, { owner: {} }), text: "owner: expected an object of a QML type, not an object" },
            { tag: "null for an owner", call: () => bus.registerGuard(none, { owner: null }), text: "owner: expected an object of a QML type, not null" },
            { tag: "list of options", call: () => bus.registerHandler(none, []), text: "options: expected an object, not an array" },
            { tag: "null for options", call: () => bus.registerHandler(none, null), text: "options: expected an object, not null" },
            { tag: "registry for options", call: () => bus.registerHandler(none, bus), text: "options: expected an object, not an object of type" },
            { tag: "number for an id", call: () => bus.unregister(5), text: "id: expected a HandlerId, as registerHandler() returns it, not 5" },
            { tag: "null for an id", call: () => bus.contains(null), text: "id: expected a HandlerId" },
            { tag: "text for an id", call: () => bus.setEnabled("1", true), text: "id: expected a HandlerId" },
            { tag: "symbol for an id", call: () => bus.unregister(Symbol("id")), text: "not a symbol" },
            { tag: "function for an id", call: () => bus.setPriority(none, 1), text: "not a function" },
            { tag: "fraction for a new priority", call: () => withHandler(id => bus.setPriority(id, 0.5)), text: "priority: expected an integer, not 0.5" },
            { tag: "text for a new priority", call: () => withHandler(id => bus.setPriority(id, "high")), text: "priority: expected an integer, not \"high\"" },
            { tag: "number as a text for a new priority", call: () => withHandler(id => bus.setPriority(id, "5")), text: "setPriority(): priority: expected an integer, not \"5\"" },
            { tag: "not a number for a new priority", call: () => withHandler(id => bus.setPriority(id, NaN)), text: "priority: expected an integer, not NaN" },
            { tag: "new priority that is too large", call: () => withHandler(id => bus.setPriority(id, 1e10)), text: "priority: expected an integer, not 10000000000" },
            { tag: "truth value for a new priority", call: () => withHandler(id => bus.setPriority(id, true)), text: "priority: expected an integer, not true" },
            { tag: "null for a new priority", call: () => withHandler(id => bus.setPriority(id, null)), text: "priority: expected an integer, not null" },
            { tag: "undefined for a new priority", call: () => withHandler(id => bus.setPriority(id, undefined)), text: "priority: expected an integer, not undefined" },
            { tag: "list for a new priority", call: () => withHandler(id => bus.setPriority(id, [5])), text: "priority: expected an integer, not an array" },
            { tag: "symbol for a new priority", call: () => withHandler(id => bus.setPriority(id, Symbol("5"))), text: "priority: expected an integer, not a symbol" },
            { tag: "text for a new state", call: () => withHandler(id => bus.setEnabled(id, "x")), text: "setEnabled(): enabled: expected true or false, not \"x\"" },
            { tag: "number for a new state", call: () => withHandler(id => bus.setEnabled(id, 0)), text: "enabled: expected true or false, not 0" },
            { tag: "undefined for a new state", call: () => withHandler(id => bus.setEnabled(id, undefined)), text: "enabled: expected true or false, not undefined" },
            { tag: "null for a new state", call: () => withHandler(id => bus.setEnabled(id, null)), text: "enabled: expected true or false, not null" },
            { tag: "symbol for a new state", call: () => withHandler(id => bus.setEnabled(id, Symbol("on"))), text: "enabled: expected true or false, not a symbol" },
            { tag: "nothing for a registry", call: () => SignalBox.on(null, none), text: "registry: expected a Registry, such as SignalBox.find(name) returns where there is one, not null" },
            { tag: "name for a registry", call: () => SignalBox.on("bus", none), text: /not null or anything else|^Passing incompatible arguments/ }, // ours, or newer Qt's
            { tag: "number for a listening function", call: () => SignalBox.on(bus, 5), text: "function: expected a function, not 5" },
            { tag: "no function", call: () => bus.registerHandler(), text: "registerHandler(): function: expected a function, not undefined" },
            { tag: "no function for a guard", call: () => bus.registerGuard(), text: "registerGuard(): function: expected a function, not undefined" },
            { tag: "no id", call: () => bus.unregister(), text: "unregister(): id: expected a HandlerId" },
            { tag: "no id to look for", call: () => bus.contains(), text: "contains(): id: expected a HandlerId" },
            { tag: "no id to pause", call: () => bus.setEnabled(), text: "setEnabled(): id: expected a HandlerId" },
            { tag: "no id to move", call: () => bus.setPriority(), text: "setPriority(): id: expected a HandlerId" },
            { tag: "no truth value", call: () => withHandler(id => bus.setEnabled(id)), text: "enabled: expected true or false, not undefined" },
            { tag: "no new priority", call: () => withHandler(id => bus.setPriority(id)), text: "priority: expected an integer, not undefined" },
            { tag: "object for a new priority", call: () => withHandler(id => bus.setPriority(id, {})), text: "priority: expected an integer, not an object" },
            { tag: "no registry", call: () => SignalBox.on(), text: "registry: expected a Registry" },
            { tag: "no listening function", call: () => SignalBox.on(bus), text: "function: expected a function, not undefined" },
            { tag: "owner where it is implied", call: () => SignalBox.on(bus, none, { owner: testCase }), text: "owner: expected none" }
        ];
    }

    // Without types: Qt 6.8's compiler forgets an exception in a function with types and "finally", from its fourth call on.
    function withHandler(call) {
        const id = bus.registerHandler(testCase.none);
        try {
            call(id);
        } finally {
            bus.unregister(id);
        }
    }

    function check(call: var, text: var) {
        let error = null;
        try {
            call();
        } catch (caught) {
            error = caught;
        }
        verify(error instanceof TypeError, String(error));
        verify(text instanceof RegExp ? text.test(error.message) : error.message.includes(text), error.message);
        verify(error.fileName.endsWith("tst_badarguments.qml"), error.fileName);
        verify(error.lineNumber > 0);
        compare(bus.handlerCount, 0);
    }

    function test_wrongArgumentsAreTypeErrorsAtTheCallersLine(row) {
        check(row.call, row.text);
    }

    function test_lineIsTheCallers() {
        let here = 0;
        let error = null;
        try {
            here = new Error().lineNumber + 1;
            bus.registerHandler(5);
        } catch (caught) {
            error = caught;
        }
        compare(error.lineNumber, here);
    }

    function test_refusedStateChangesNothing() {
        let calls = 0;
        const id = bus.registerHandler(() => ++calls);
        for (const wrong of ["", 0, null, undefined, NaN]) {
            try {
                bus.setEnabled(id, wrong);
            } catch (error) {
                bus.notify(0);
            }
        }
        compare(calls, 5);
        bus.unregister(id);
    }

    function test_lineOfAChangeIsTheCallers() {
        const id = bus.registerHandler(testCase.none);
        let here = 0;
        let error = null;
        try {
            here = new Error().lineNumber + 1;
            bus.setPriority(id, "5");
        } catch (caught) {
            error = caught;
        }
        bus.unregister(id);
        compare(error.lineNumber, here);
    }

    function test_optionsThatThrowRegisterNothing() {
        const own = {};
        const throwing = new Proxy({}, { ownKeys: () => { throw own; } });
        let caught = null;
        try {
            bus.registerHandler(testCase.none, throwing);
        } catch (error) {
            caught = error;
        }
        verify(caught === own);
        compare(bus.handlerCount, 0);
    }

    function test_refusedPriorityChangesNothingAndRunsNoCode() {
        let conversions = 0;
        const first = bus.registerHandler(testCase.none, { priority: 1 });
        const second = bus.registerHandler(testCase.none);
        let calls = "";
        const third = bus.registerHandler(() => calls += "third", { priority: 1 });
        const fourth = bus.registerHandler(() => calls += "fourth");
        let caught = null;
        try {
            bus.setPriority(third, { valueOf() { return ++conversions; } });
        } catch (error) {
            caught = error;
        }
        verify(caught instanceof TypeError);
        compare(conversions, 0);
        bus.post(0);
        compare(calls, "thirdfourth");
        [first, second, third, fourth].forEach(id => bus.unregister(id));
    }

    function test_destroyedOwnerIsRefused() {
        const owner = ownerComponent.createObject(testCase);
        owner.destroy();
        wait(0); // it is deleted from the event loop
        check(() => bus.registerHandler(testCase.none, { owner: owner }), "owner: expected an object that is alive, not one that was destroyed");
    }

    function test_ownerWhoseDestructionHasBegunIsRefused() {
        loader.sourceComponent = ownerComponent;
        const owner = loader.item;
        const id = bus.registerHandler(testCase.none, { owner: owner });
        loader.sourceComponent = undefined;
        verify(!bus.contains(id));
        compare(owner.objectName, ""); // still there
        check(() => bus.registerHandler(testCase.none, { owner: owner }), "owner: expected an object that is alive, not one that is being destroyed");
    }

    function test_numbersOfABacklogAreChecked_data() {
        const rows = [];
        const wrong = [
            [-1, "-1"], [-5, "-5"], [1.5, "1.5"], [2147483648, "2147483648"], [-Infinity, "-Infinity"], [NaN, "NaN"], ["1", "\"1\""], [null, "null"],
            [true, "true"], [[1], "an array"], [Symbol("one"), "a symbol"], [() => 1, "a function"]
        ];
        const expected = { newest: "a positive integer, the number of events", every: "milliseconds, an integer" };
        expected.oldest = expected.newest;
        expected.quietFor = expected.every;
        for (const option in expected) {
            const values = option === "newest" || option === "oldest" ? [[0, "0"]].concat(wrong) : wrong;
            for (const [value, shown] of values)
                rows.push({ tag: option + " " + shown, option: option, value: value, text: "options: " + option + ": expected " + expected[option] + ", not " + shown });
        }
        return rows;
    }

    function test_numbersOfABacklogAreChecked(row) {
        const options = {};
        options[row.option] = row.value;
        check(() => bus.registerHandler(testCase.none, options), row.text);
        check(() => bus.registerGuard(testCase.none, options), row.text);
        check(() => SignalBox.on(bus, testCase.none, options), row.text);
    }

    function test_undefinedOptionsCountAsAbsent() {
        const id = bus.registerHandler(testCase.none, {
            priority: undefined, name: undefined, once: undefined, enabled: undefined, owner: undefined
        });
        verify(bus.contains(id));
        bus.unregister(id);
        check(() => bus.registerHandler(testCase.none, { prio: undefined }), "options: there is no option prio");
    }

    // Their values may be misspelt names.
    function test_undefinedOptionsOfABacklogAreRefused_data() {
        const rows = [];
        for (const option of ["newest", "oldest", "key", "match", "every", "quietFor", "onDemand", "nested", "batch"])
            rows.push({ tag: option });
        return rows;
    }

    function test_undefinedOptionsOfABacklogAreRefused(row) {
        const options = {};
        options[row.tag] = undefined;
        check(() => bus.registerHandler(testCase.none, options), new RegExp("options: " + row.tag + ": expected .*, not undefined$"));
        check(() => SignalBox.on(bus, testCase.none, options), new RegExp("options: " + row.tag + ": expected .*, not undefined$"));
    }

    function test_optionsOfVersion02AreRefused_data() {
        return [
            { tag: "backlog", value: 1 },
            { tag: "backlog of a name that is gone", option: "backlog", value: undefined },
            { tag: "capacity", value: 5 },
            { tag: "overflow", value: 257 },
            { tag: "interval", value: 100 }
        ];
    }

    function test_optionsOfVersion02AreRefused(row) {
        const options = {};
        options[row.option ?? row.tag] = row.value;
        const text = "options: " + (row.option ?? row.tag)
            + ": expected none, as version 0.3 has newest, oldest and key for what is kept, and every, quietFor and onDemand for when the handler is called";
        check(() => bus.registerHandler(testCase.none, options), text);
        check(() => bus.registerGuard(testCase.none, options), text);
        check(() => SignalBox.on(bus, testCase.none, options), text);
    }

    function test_noOptionsAreTheDefaults() {
        const id = bus.registerHandler(testCase.none, undefined);
        verify(bus.contains(id));
        bus.unregister(id);
    }
}
