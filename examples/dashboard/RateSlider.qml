// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick

// A logarithmic slider from 10 to a maximum, and 0 at its left end, by mouse, wheel or keys. It shows the value that it is
// given, and asks for another.
Item {
    id: slider

    property int value: 0
    property int maximum: 1000
    signal moved(int value)

    // Where keys and wheel stop: 0, 10, 20, 50, 100...
    readonly property var stops: {
        const all = [0];
        for (let decade = 10; decade <= maximum; decade *= 10)
            all.push(...[decade, 2 * decade, 5 * decade].filter(stop => stop <= maximum));
        return all;
    }
    readonly property var decades: stops.filter(stop => stop === 0 || Number.isInteger(Math.log10(stop)))
    readonly property double zeroWidth: 0.09 // of the track: from 0 to 10

    function positionOf(wanted: int): double {
        return wanted < 10 ? 0 : zeroWidth + (1 - zeroWidth) * Math.log10(wanted / 10) / Math.log10(maximum / 10);
    }

    // With two digits.
    function valueAt(position: double): int {
        if (position < zeroWidth / 2)
            return 0;
        const exponent = Math.max(0, Math.min(1, (position - zeroWidth) / (1 - zeroWidth)));
        return Number((10 * Math.pow(maximum / 10, exponent)).toPrecision(2));
    }

    function step(count: int) {
        const index = count > 0 ? stops.filter(stop => stop <= value).length - 1 : stops.filter(stop => stop < value).length;
        moved(stops[Math.max(0, Math.min(stops.length - 1, index + count))]);
    }

    implicitHeight: handle.height + 2 + Theme.px(14)
    activeFocusOnTab: true

    Accessible.role: Accessible.Slider
    Accessible.name: value + " events per second"
    Accessible.onIncreaseAction: step(1)
    Accessible.onDecreaseAction: step(-1)
    Keys.onPressed: event => {
        const steps = {
            [Qt.Key_Left]: -1, [Qt.Key_Down]: -1, [Qt.Key_Right]: 1, [Qt.Key_Up]: 1,
            [Qt.Key_PageDown]: -3, [Qt.Key_PageUp]: 3, [Qt.Key_Home]: -stops.length, [Qt.Key_End]: stops.length
        };
        if (event.key in steps) {
            event.accepted = true;
            step(steps[event.key]);
        }
    }

    Rectangle {
        id: track

        // The middle of the handle reaches both ends.
        anchors { left: parent.left; right: parent.right; margins: handle.width / 2; verticalCenter: handle.verticalCenter }
        height: 4
        radius: 2
        color: Theme.outline

        Rectangle {
            width: parent.width * slider.positionOf(slider.value)
            height: parent.height
            radius: parent.radius
            color: Theme.accent
        }
    }

    Repeater {
        model: slider.decades
        delegate: Text {
            required property int modelData

            x: Math.max(0, track.x + track.width * slider.positionOf(modelData) - width / 2)
            anchors.bottom: parent.bottom
            text: modelData === 0 ? "off" : Units.round(modelData)
            color: Theme.faint
            font.pixelSize: Theme.small

            Rectangle {
                anchors { bottom: parent.top; horizontalCenter: parent.horizontalCenter }
                width: 1
                height: 4
                color: Theme.outline
            }
        }
    }

    Rectangle {
        id: handle

        x: track.width * slider.positionOf(slider.value)
        width: Theme.px(20)
        height: width
        radius: width / 2
        color: Theme.accent
        border { color: slider.activeFocus ? Theme.text : Theme.card; width: 2 }
    }

    MouseArea {
        id: area

        property int wheelAngle: 0 // that has not made a step

        function moveTo(x: double) {
            slider.moved(slider.valueAt((x - track.x) / track.width));
        }

        anchors.fill: parent
        hoverEnabled: true
        onPressed: mouse => {
            slider.forceActiveFocus();
            moveTo(mouse.x);
        }
        onPositionChanged: mouse => {
            if (pressed)
                moveTo(mouse.x);
        }
        onWheel: wheel => {
            wheelAngle += wheel.angleDelta.y;
            const steps = Math.trunc(wheelAngle / 120);
            wheelAngle -= 120 * steps;
            if (steps !== 0)
                slider.step(steps);
        }
    }

    Tip {
        anchors.fill: parent
        text: "Events per second: drag, turn the wheel, or use the arrow keys"
        wanted: area.containsMouse && !area.pressed
    }
}
