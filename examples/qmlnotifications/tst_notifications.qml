// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    property Main window: null
    property QmlRegistry bus: null

    name: "Notifications"
    when: windowShown

    Component {
        id: component

        Main {
        }
    }

    function init() {
        window = createTemporaryObject(component, null) as Main;
        bus = SignalBox.find("notifications") as QmlRegistry;
    }

    function test_alarmsOnlyHoldsBackTheRestWhileItsGuardIsKept() {
        compare(bus.handlerCount, 3);
        window.toggleQuiet();
        compare(bus.handlerCount, 4);
        compare(window.shown, 1);
        bus.post({ level: 1, text: "info" });
        compare(window.shown, 1);
        bus.post({ level: 3, text: "alarm" });
        compare(window.shown, 2);
        compare(window.notified, 3);
        window.toggleQuiet();
        compare(bus.handlerCount, 3);
        bus.post({ level: 1, text: "info" });
        compare(window.shown, 3);
        compare(window.notified, 4);
    }
}
