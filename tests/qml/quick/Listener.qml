// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox

// Items that register functions by SignalBox.on(), whose owner is the object in whose scope the call stands.
Item {
    id: listener

    required property RecordingRegistry bus
    property string title: "listener"
    readonly property QtObject inner: QtObject {
        id: inner

        function listen() {
            const nested = () => SignalBox.on(listener.bus, event => listener.bus.seen.push("inner " + event));
            nested();
        }
    }

    function listenInside() {
        inner.listen();
    }

    Component.onCompleted: SignalBox.on(bus, event => listener.bus.seen.push(listener.title + " " + event), { priority: 1 })
}
