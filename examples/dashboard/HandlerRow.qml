// SPDX-License-Identifier: MIT
import QtQuick

// One handler: its priority, its name, where it runs, and how often.
Item {
    id: row

    required property int index
    required property int priority
    required property string name
    required property string place
    required property double rate
    required property double share

    height: 38

    Rectangle {
        id: badge

        anchors { left: parent.left; verticalCenter: parent.verticalCenter }
        width: 40
        height: 22
        radius: 5
        color: "transparent"
        border.color: Theme.edge

        Text {
            anchors.centerIn: parent
            text: row.priority
            color: Theme.accent
            font { pixelSize: Theme.medium; bold: true }
        }
    }

    Text {
        id: nameText

        anchors { left: badge.right; leftMargin: 10; top: parent.top; topMargin: 3 }
        text: row.name
        color: Theme.text
        font.pixelSize: Theme.medium
    }

    Text {
        anchors { left: nameText.left; top: nameText.bottom; right: rateText.left }
        text: row.place
        color: Theme.faint
        elide: Text.ElideRight
        font.pixelSize: Theme.small
    }

    Text {
        id: rateText

        anchors { right: parent.right; top: nameText.top }
        width: 48
        horizontalAlignment: Text.AlignRight
        text: Math.round(row.rate) + "/s"
        color: Theme.text
        font.pixelSize: Theme.medium
    }

    Rectangle {
        anchors { right: parent.right; bottom: parent.bottom; bottomMargin: 8 }
        width: 48
        height: 4
        radius: 2
        color: Theme.edge

        Rectangle {
            width: parent.width * row.share
            height: parent.height
            radius: parent.radius
            color: Theme.green
        }
    }
}
