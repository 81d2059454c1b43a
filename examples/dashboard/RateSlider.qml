// SPDX-License-Identifier: MIT
import QtQuick

// A slider from 0 to a maximum, by mouse or keys. It shows the value that it is given, and asks for another.
Item {
    id: slider

    property int value: 0
    property int maximum: 1
    property int step: 1
    signal moved(int value)

    function move(wanted: double) {
        const nearest = Math.round(wanted / step) * step;
        moved(Math.max(0, Math.min(maximum, nearest)));
    }

    implicitHeight: 24
    activeFocusOnTab: true

    Accessible.role: Accessible.Slider
    Accessible.name: value + " events per second"
    Accessible.onIncreaseAction: move(value + step)
    Accessible.onDecreaseAction: move(value - step)
    Keys.onPressed: event => {
        const targets = {
            [Qt.Key_Left]: value - step, [Qt.Key_Down]: value - step,
            [Qt.Key_Right]: value + step, [Qt.Key_Up]: value + step,
            [Qt.Key_PageDown]: value - 5 * step, [Qt.Key_PageUp]: value + 5 * step,
            [Qt.Key_Home]: 0, [Qt.Key_End]: maximum
        };
        if (event.key in targets) {
            event.accepted = true;
            move(targets[event.key]);
        }
    }

    Rectangle {
        id: track

        // The middle of the handle reaches both ends.
        anchors { left: parent.left; right: parent.right; margins: handle.width / 2; verticalCenter: parent.verticalCenter }
        height: 4
        radius: 2
        color: Theme.outline

        Rectangle {
            width: parent.width * slider.value / slider.maximum
            height: parent.height
            radius: parent.radius
            color: Theme.accent
        }
    }

    Rectangle {
        id: handle

        anchors.verticalCenter: parent.verticalCenter
        x: track.width * slider.value / slider.maximum
        width: 18
        height: 18
        radius: 9
        color: Theme.accent
        border { color: slider.activeFocus ? Theme.text : Theme.card; width: 2 }
    }

    MouseArea {
        anchors.fill: parent
        onPressed: mouse => {
            slider.forceActiveFocus();
            slider.move((mouse.x - track.x) / track.width * slider.maximum);
        }
        onPositionChanged: mouse => slider.move((mouse.x - track.x) / track.width * slider.maximum)
    }
}
