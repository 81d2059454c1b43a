// SPDX-License-Identifier: MIT
import QtQuick

// A framed area with a title, a value beside it, and content below.
Rectangle {
    id: card

    property string title
    property string value
    property color valueColor: Theme.text
    default property alias content: body.data

    color: Theme.card
    border.color: Theme.edge
    radius: 8

    Text {
        id: titleText

        anchors { left: parent.left; top: parent.top; margins: Theme.gap }
        text: card.title
        color: Theme.faint
        font { pixelSize: Theme.medium; bold: true }
    }

    Text {
        anchors { right: parent.right; left: titleText.right; baseline: titleText.baseline; rightMargin: Theme.gap; leftMargin: Theme.px(12) }
        text: card.value
        textFormat: Text.StyledText
        elide: Text.ElideRight
        color: card.valueColor
        font.pixelSize: Theme.medium
    }

    Item {
        id: body

        anchors { left: parent.left; right: parent.right; top: titleText.bottom; bottom: parent.bottom; margins: Theme.gap; topMargin: 8 }
    }
}
