// SPDX-License-Identifier: MIT
// Items that come, move and go for a moment; then it says what was, and ends with a code of its own.
import QtQuick
import QtQuick.Window

Window {
    id: window
    width: 200
    height: 200
    visible: true

    property int frames: 0

    Repeater {
        id: repeater
        model: 0
        Rectangle {
            width: 10
            height: 10
            x: index * 10
            color: "steelblue"
            NumberAnimation on y { from: 0; to: 100; duration: 100 }
        }
    }
    Timer {
        interval: 5
        repeat: true
        running: true
        onTriggered: {
            repeater.model = ++window.frames % 20
            if (window.frames === 60) {
                console.log("frames:", window.frames, "items:", repeater.count)
                Qt.callLater(() => Qt.exit(3))
            }
        }
    }
}
