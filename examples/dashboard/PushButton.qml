// SPDX-License-Identifier: MIT
import QtQuick

// A button with a text or a sign, and a tip that says what it does. In a list its keys are those of the list.
Rectangle {
    id: button

    property string text
    property string description
    property bool highlighted: false
    property color textColor: Theme.text
    signal clicked

    implicitWidth: Math.max(Theme.px(30), label.implicitWidth + Theme.px(20))
    implicitHeight: Theme.px(28)
    radius: 5
    color: area.pressed ? Theme.outline : highlighted ? Theme.amber : area.containsMouse ? Theme.edge : "transparent"
    border { color: activeFocus ? Theme.text : Theme.outline; width: activeFocus ? 2 : 1 }

    Accessible.role: Accessible.Button
    Accessible.name: text
    Accessible.description: description
    Accessible.onPressAction: clicked()
    Keys.onSpacePressed: clicked()
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()

    Text {
        id: label

        anchors.centerIn: parent
        text: button.text
        color: button.highlighted ? Theme.card : button.textColor
        font { pixelSize: Theme.medium; bold: true }
    }

    MouseArea {
        id: area

        anchors.fill: parent
        hoverEnabled: true
        onClicked: button.clicked()
    }

    Tip {
        anchors.fill: parent
        text: button.description
        wanted: area.containsMouse && !area.pressed
    }
}
