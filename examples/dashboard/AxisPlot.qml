// SPDX-License-Identifier: MIT
import QtQuick

// The place of plots: a line at 0 and one at the maximum, which is named.
Item {
    id: axis

    property string maximumText
    default property alias plots: area.data

    Text {
        id: label

        anchors { left: parent.left; top: parent.top }
        text: axis.maximumText
        color: Theme.faint
        font.pixelSize: Theme.small
    }

    Rectangle {
        anchors { left: label.right; leftMargin: 6; right: parent.right; verticalCenter: label.verticalCenter }
        height: 1
        color: Theme.edge
    }

    Item {
        id: area

        anchors { fill: parent; topMargin: Math.round(label.height / 2) }
    }

    Rectangle {
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: 1
        color: Theme.edge
    }
}
