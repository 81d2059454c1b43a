// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    name: "EventModel"
    when: windowShown
    width: 200
    height: 400
    visible: true

    function init() {
        events.registry = null;
        events.key = "";
        events.capacity = 10000;
        events.columns = [];
        events.registry = bus;
        keyed.clear();
    }

    function texts(view) {
        const result = [];
        view.forceLayout();
        for (let row = 0; row < view.count; ++row)
            result.push((view.itemAtIndex(row) as EventLine)?.text);
        return result.join();
    }

    function cells(): string {
        const result = [];
        table.forceLayout();
        for (let row = 0; row < table.rows; ++row) {
            for (let column = 0; column < table.columns; ++column)
                result.push((table.itemAtCell(Qt.point(column, row)) as Text)?.text);
        }
        return result.join();
    }

    QmlRegistry {
        id: bus
    }

    EventModel {
        id: events

        registry: bus
    }

    EventModel {
        id: keyed

        capacity: 3
        key: "symbol"
        columns: ["symbol", "price"]
        registry: bus
    }

    ListView {
        id: list

        width: 100
        height: 400
        model: events
        delegate: EventLine {
        }
    }

    ListView {
        id: keyedList

        x: 100
        width: 100
        height: 400
        model: keyed
        delegate: EventLine {
        }
    }

    TableView {
        id: table

        width: 200
        height: 400
        model: events
        delegate: Text {
            required property var display

            text: display
        }
    }

    SignalSpy {
        id: changed

        target: keyed
        signalName: "dataChanged"
    }

    function test_eventsBecomeRowsWhoseRolesAreTheirMembers() {
        compare(events.count, 0);
        bus.post({ symbol: "a", price: 1 });
        bus.post({ symbol: "b", price: 2 });
        tryCompare(events, "count", 2);
        compare(events.columns.length, 2);
        compare(events.columns[0], "price");
        compare(events.columns[1], "symbol");
        tryVerify(() => texts(list) === "a=1,b=2");
        compare(events.received, 2);
        compare(events.lost, 0);
        compare(events.value(1, "price"), 2);
        events.clear();
        compare(events.count, 0);
        compare(events.received, 0);
    }

    function test_tableHasACellForEachMember() {
        events.columns = ["symbol", "price"];
        bus.post({ symbol: "a", price: 1 });
        bus.post({ symbol: "b", price: 2 });
        tryVerify(() => cells() === "a,1,b,2");
    }

    function test_rowsOfAKeyAreUpdatedInPlace() {
        for (let i = 0; i < 3; ++i)
            bus.post({ symbol: "s" + i, price: i });
        tryVerify(() => texts(keyedList) === "s0=0,s1=1,s2=2");
        changed.clear();
        keyed.paused = true;
        bus.post({ symbol: "s1", price: 11 });
        bus.post({ symbol: "s2", price: 12 });
        bus.post({ symbol: "s3", price: 13 });
        tryCompare(keyed, "received", 6);
        keyed.paused = false;
        tryVerify(() => texts(keyedList) === "s0=0,s1=11,s2=12");
        tryCompare(keyed, "lost", 1);
        compare(changed.count, 1);
    }

    function test_capacityAndKeyMayChange() {
        for (let i = 0; i < 10; ++i)
            bus.post({ symbol: "s" + i % 2, price: i });
        tryVerify(() => events.count === 10);
        events.capacity = 4;
        tryVerify(() => texts(list) === "s0=6,s1=7,s0=8,s1=9");
        events.key = "symbol";
        tryVerify(() => texts(list) === "s0=8,s1=9");
    }

    function test_capacityThatIsNotPositiveIsRefusedWithAWarning() {
        ignoreWarning(/EventModel::setCapacity\(\).*positive/);
        events.capacity = 0;
        compare(events.capacity, 10000);
    }

    function test_pausedModelStandsStill() {
        events.paused = true;
        bus.post({ symbol: "a", price: 1 });
        tryCompare(events, "received", 1);
        compare(events.count, 0);
        events.paused = false;
        compare(events.count, 1);
    }

    function test_numbersAndStringsAreTheColumnValue() {
        bus.post(5);
        bus.post("text");
        tryCompare(events, "count", 2);
        compare(events.value(0, "value"), 5);
        compare(events.value(1, "value"), "text");
    }

    EventModel {
        id: live

        key: "id"
        columns: ["id", "n"]
        removes: "gone"
        registry: bus
    }

    function ids(): string {
        const result = [];
        for (let row = 0; row < live.count; ++row)
            result.push(live.value(row, "id"));
        return result.join();
    }

    function test_rowsGoStandInOrderAndAreFiltered() {
        live.clear();
        live.filter = null;
        live.sortColumn = 1;
        for (const n of [3, 1, 2])
            bus.post({ id: n, n: n });
        tryVerify(() => ids() === "1,2,3");
        bus.post({ id: 1, n: 4 });
        tryVerify(() => ids() === "2,3,1");
        live.sortOrder = Qt.DescendingOrder;
        compare(ids(), "1,3,2");
        live.filter = event => event.n !== 3;
        compare(ids(), "1,2");
        bus.post({ id: 2, gone: true });
        bus.post({ id: 5, n: 5 });
        tryVerify(() => ids() === "5,1");
        live.filter = null;
        compare(ids(), "5,1,3");
        live.sort(-1);
        compare(ids(), "3,1,5");
        live.sortOrder = Qt.AscendingOrder;
    }

    function test_filterThatIsNoFunctionIsRefusedWithAWarning() {
        ignoreWarning(/filter: expected a function or null, not 5: nothing was changed/);
        live.filter = 5;
        compare(live.filter, null);
    }

    function test_filterThatThrowsHidesTheRow() {
        live.clear();
        ignoreWarning(/setFilter\(\) threw: .*unlucky/);
        live.filter = event => {
            if (event.n === 13)
                throw new Error("unlucky");
            return true;
        };
        bus.post({ id: 1, n: 13 });
        bus.post({ id: 2, n: 14 });
        tryVerify(() => ids() === "2");
        live.filter = null;
        compare(ids(), "1,2");
    }

    EventModel {
        id: all

        key: "id"
        columns: ["id", "n"]
        snapshot: true
        registry: snapshots
    }

    QmlRegistry {
        id: snapshots
    }

    function test_listsAreSnapshots() {
        snapshots.post([{ id: 1, n: 1 }, { id: 2, n: 2 }]);
        tryCompare(all, "count", 2);
        snapshots.post([{ id: 2, n: 3 }, { id: 4, n: 4 }]);
        tryVerify(() => all.count === 2 && all.value(0, "n") === 3 && all.value(1, "n") === 4);
    }

    Component {
        id: shortLived

        QmlRegistry {
        }
    }

    function test_rowsStayWhenTheRegistryGoes() {
        const registry = shortLived.createObject(testCase) as QmlRegistry;
        events.registry = registry;
        registry.post({ symbol: "a", price: 1 });
        tryCompare(events, "count", 1);
        registry.destroy();
        tryCompare(events, "registry", null);
        compare(events.value(0, "symbol"), "a");
    }

    Component {
        id: objectComponent

        QtObject {
            readonly property int number: 7
        }
    }

    // In no view, which would show their texts.
    Component {
        id: modelComponent

        EventModel {
            columns: ["symbol", "o", "list"]
        }
    }

    function test_objectsThatHaveDiedAreNullInRows_data() {
        return [{ tag: "rows of events", key: "" }, { tag: "rows of keys", key: "symbol" }];
    }
    function test_objectsThatHaveDiedAreNullInRows(data) {
        const rows = createTemporaryObject(modelComponent, testCase, { registry: bus, key: data.key }) as EventModel;
        events.registry = null;
        keyed.registry = null;
        const object = objectComponent.createObject(testCase);
        bus.notify({ symbol: "A", o: object, list: [object] });
        tryCompare(rows, "count", 1);
        compare(rows.value(0, "o").number, 7);
        object.destroy();
        tryVerify(() => rows.value(0, "o") === null);
        compare(rows.value(0, "list")[0], null);
        compare(rows.value(0, "symbol"), "A");
        keyed.registry = bus;
    }
}
