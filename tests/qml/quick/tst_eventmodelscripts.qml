// SPDX-License-Identifier: MIT
//
// What an EventModel has in QML only: roles and merges that are functions, the event of a row, filters that end.
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    name: "EventModelScripts"

    QmlRegistry {
        id: bus
    }

    Component {
        id: modelComponent

        EventModel {
            columns: ["id", "n"]
            key: "id"
        }
    }

    function makeModel(properties): EventModel {
        return createTemporaryObject(modelComponent, testCase, Object.assign({ registry: bus }, properties)) as EventModel;
    }

    function numbers(model: EventModel): string {
        const result = [];
        for (let row = 0; row < model.count; ++row)
            result.push(model.value(row, "n"));
        return result.join();
    }

    function test_roleIsWhatItsFunctionReturns() {
        const model = makeModel();
        model.addRole("n", Qt.ForegroundRole, event => event.n < 0 ? "red" : undefined);
        model.addRole("n", Qt.ToolTipRole, event => ({ text: event.id + "!" }));
        bus.post({ id: "a", n: -1 });
        bus.post({ id: "b", n: 1 });
        tryCompare(model, "count", 2);
        compare(model.data(model.index(0, 1), Qt.ForegroundRole), "red");
        compare(model.data(model.index(1, 1), Qt.ForegroundRole), undefined);
        compare(model.data(model.index(0, 0), Qt.ForegroundRole), undefined);
        compare(model.data(model.index(1, 1), Qt.ToolTipRole).text, "b!");
        model.addRole("n", Qt.ForegroundRole, () => "blue"); // in the place of the one before
        compare(model.data(model.index(0, 1), Qt.ForegroundRole), "blue");
        model.sortRole = Qt.ForegroundRole;
    }

    function test_roleThatThrowsIsEmptyAndLoggedOnce() {
        const model = makeModel();
        ignoreWarning(/function of the column "n" threw: .*unlucky/);
        model.addRole("n", Qt.ForegroundRole, event => { throw new Error("unlucky") });
        bus.post({ id: "a", n: 1 });
        tryCompare(model, "count", 1);
        compare(model.data(model.index(0, 1), Qt.ForegroundRole), undefined);
        compare(model.data(model.index(0, 1), Qt.ForegroundRole), undefined);
    }

    function test_eventOfARowIsThere() {
        const model = makeModel({ sortColumn: 1 });
        bus.post({ id: "a", n: 2, more: [1, 2] });
        bus.post({ id: "b", n: 1 });
        tryCompare(model, "count", 2);
        compare(model.eventAt(0).id, "b");
        compare(model.eventAt(1).more[1], 2);
        compare(model.eventAt(2), undefined);
        compare(model.eventAt(-1), undefined);
        model.eventAt(0).n = 7; // nobody's
        compare(model.value(0, "n"), 1);
    }

    function test_eventsAreTakenIntoTheRowOfTheirKey() {
        const model = makeModel();
        model.setMerge((kept, newer) => ({ id: kept.id, n: kept.n + newer.n }));
        model.paused = true;
        for (let i = 1; i <= 4; ++i)
            bus.post({ id: i % 2 ? "odd" : "even", n: i });
        tryCompare(model, "received", 4);
        model.paused = false;
        compare(numbers(model), "4,6");
        bus.post({ id: "odd", n: 10 });
        tryVerify(() => numbers(model) === "14,6");
        compare(model.lost, 0);
    }

    function test_mergeThatThrowsOrReturnsNothingKeepsTheRow_data() {
        return [
            { tag: "throws", merge: () => { throw new Error("unlucky") }, message: /setMerge\(\) threw: .*unlucky/ },
            { tag: "returns nothing", merge: () => {}, message: /setMerge\(\) threw: expected the event that is kept to be returned/ },
        ];
    }
    function test_mergeThatThrowsOrReturnsNothingKeepsTheRow(data) {
        const model = makeModel();
        ignoreWarning(data.message);
        model.setMerge(data.merge);
        bus.post({ id: "a", n: 1 });
        tryCompare(model, "count", 1);
        bus.post({ id: "a", n: 2 });
        tryCompare(model, "lost", 1);
        compare(numbers(model), "1");
    }

    function test_wrongArgumentsAreTypeErrorsAtTheCallersLine_data() {
        const none = () => {};
        return [
            { tag: "no column", call: model => model.addRole(), text: "EventModel.addRole(): column: expected the name of a column, a string, not undefined" },
            { tag: "number for a column", call: model => model.addRole(1, Qt.ToolTipRole, none), text: "column: expected the name of a column, a string, not 1" },
            { tag: "empty column", call: model => model.addRole("", Qt.ToolTipRole, none), text: "column: expected the name of a column, a string, not \"\"" },
            { tag: "symbol for a column", call: model => model.addRole(Symbol("n"), Qt.ToolTipRole, none), text: "not a symbol" },
            { tag: "no role", call: model => model.addRole("n", undefined, none), text: "EventModel.addRole(): role: expected a role, such as Qt.ForegroundRole, not above Qt.UserRole, not undefined" },
            { tag: "text for a role", call: model => model.addRole("n", "foreground", none), text: "role: expected a role, such as Qt.ForegroundRole, not above Qt.UserRole, not \"foreground\"" },
            { tag: "role of a column", call: model => model.addRole("n", Qt.UserRole + 1, none), text: "not above Qt.UserRole, not 257" },
            { tag: "negative role", call: model => model.addRole("n", -1, none), text: "not above Qt.UserRole, not -1" },
            { tag: "fraction for a role", call: model => model.addRole("n", 1.5, none), text: "not above Qt.UserRole, not 1.5" },
            { tag: "no function of a role", call: model => model.addRole("n", Qt.ToolTipRole), text: "EventModel.addRole(): function: expected a function, not undefined" },
            { tag: "text for a function", call: model => model.addRole("n", Qt.ToolTipRole, "red"), text: "function: expected a function, not \"red\"" },
            { tag: "no merge", call: model => model.setMerge(), text: "EventModel.setMerge(): function: expected a function, not undefined" },
            { tag: "null for a merge", call: model => model.setMerge(null), text: "EventModel.setMerge(): function: expected a function, not null" },
            { tag: "no row", call: model => model.eventAt(), text: "EventModel.eventAt(): row: expected an integer, not undefined" },
            { tag: "text for a row", call: model => model.eventAt("0"), text: "EventModel.eventAt(): row: expected an integer, not \"0\"" },
            { tag: "fraction for a row", call: model => model.eventAt(0.5), text: "EventModel.eventAt(): row: expected an integer, not 0.5" },
            { tag: "no model", call: () => SignalBox.setFilter(null, none), text: "SignalBox.setFilter(): model: expected an EventModel, not null or anything else" },
            { tag: "no filter", call: model => SignalBox.setFilter(model), text: "SignalBox.setFilter(): filter: expected a function or null, not undefined" },
            { tag: "number for a filter", call: model => SignalBox.setFilter(model, 5), text: "SignalBox.setFilter(): filter: expected a function or null, not 5" },
        ];
    }
    function test_wrongArgumentsAreTypeErrorsAtTheCallersLine(data) {
        const model = makeModel();
        let error = null;
        try {
            data.call(model);
        } catch (caught) {
            error = caught;
        }
        verify(error instanceof TypeError, String(error));
        verify(error.message.includes(data.text), error.message);
        verify(error.fileName.endsWith("tst_eventmodelscripts.qml"), error.fileName);
    }

    function test_functionsMustNotChangeTheModel() {
        const model = makeModel();
        const messages = [];
        const trying = [() => model.addRole("n", Qt.ToolTipRole, () => 1), () => model.setMerge(() => 1), () => SignalBox.setFilter(model, null)];
        model.filter = () => {
            for (const call of trying.splice(0)) {
                try {
                    call();
                } catch (error) {
                    messages.push(error.message);
                }
            }
            return true;
        };
        bus.post({ id: "a", n: 1 });
        tryCompare(model, "count", 1);
        compare(messages.length, 3);
        for (const message of messages)
            verify(message.includes("expected not to be called by a function that the model calls for its events"), message);
        verify(model.filter !== null);
    }

    Component {
        id: pageComponent

        QtObject {
            id: page

            required property EventModel model
            property int least: 2

            Component.onCompleted: SignalBox.setFilter(page.model, event => event.n >= page.least)
        }
    }

    function test_filterEndsWithTheObjectInWhoseScopeItIsSet() {
        const model = makeModel();
        for (let i = 1; i <= 3; ++i)
            bus.post({ id: i, n: i });
        tryCompare(model, "count", 3);
        const page = pageComponent.createObject(testCase, { model: model });
        compare(numbers(model), "2,3");
        page.destroy();
        tryVerify(() => numbers(model) === "1,2,3");
        bus.post({ id: 0, n: 0 });
        tryVerify(() => numbers(model) === "1,2,3,0");
    }

    function test_filterThatReplacesAnEndedOneStays() {
        const model = makeModel({ filter: event => event.n !== 1 });
        for (let i = 1; i <= 3; ++i)
            bus.post({ id: i, n: i });
        tryVerify(() => numbers(model) === "2,3");
        const page = pageComponent.createObject(testCase, { model: model });
        compare(model.filter, null); // the page's is no property of the model
        model.filter = event => event.n === 3;
        page.destroy();
        wait(0);
        compare(numbers(model), "3");
        SignalBox.setFilter(model, null);
        compare(numbers(model), "1,2,3");
    }
}
