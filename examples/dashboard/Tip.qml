// SPDX-License-Identifier: MIT
import QtQuick

// What an item is for, shown above all others after the mouse has rested on it for a while.
Item {
    id: tip

    property string text
    property bool wanted: false

    function show() {
        const below = mapToItem(bubble.parent, 0, height + 4);
        bubble.x = Math.max(4, Math.min(below.x, bubble.parent.width - bubble.width - 4));
        bubble.y = below.y + bubble.height < bubble.parent.height ? below.y : below.y - height - bubble.height - 8;
        bubble.visible = true;
    }

    onWantedChanged: bubble.visible = false

    Timer {
        interval: 600
        running: tip.wanted && tip.text !== ""
        onTriggered: tip.show()
    }

    Rectangle {
        id: bubble

        parent: tip.Window.contentItem
        z: 1
        visible: false
        width: label.implicitWidth + Theme.px(16)
        height: label.implicitHeight + Theme.px(10)
        radius: 4
        color: Theme.text

        Text {
            id: label

            anchors.centerIn: parent
            text: tip.text
            color: Theme.background
            font.pixelSize: Theme.small
        }
    }
}
