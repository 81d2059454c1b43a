// SPDX-License-Identifier: MIT
import QtQuick

// The colour of a curve, its name, and below that what it came to. The curve that grows now stands out.
Item {
    id: entry

    property string name
    property string value
    property color color
    property bool isActive: false

    implicitWidth: Math.max(nameText.x + nameText.implicitWidth, valueText.x + valueText.implicitWidth)
    implicitHeight: nameText.height + valueText.height

    Rectangle {
        id: line

        anchors { left: parent.left; verticalCenter: nameText.verticalCenter }
        width: Theme.px(14)
        height: 3
        color: entry.color
    }

    Text {
        id: nameText

        anchors { left: line.right; leftMargin: Theme.px(6); top: parent.top }
        text: entry.name
        color: entry.isActive ? Theme.text : Theme.faint
        font { pixelSize: Theme.small; bold: entry.isActive }
    }

    Text {
        id: valueText

        anchors { left: nameText.left; top: nameText.bottom }
        text: entry.value
        color: entry.isActive ? Theme.text : Theme.faint
        font.pixelSize: Theme.small
    }
}
