// SPDX-License-Identifier: MIT
import QtQuick

// A small button. Its keys are those of the list that it is in.
Rectangle {
    id: button

    property string text
    property string description
    property bool highlighted: false
    property color textColor: Theme.text
    signal clicked

    implicitHeight: 22
    radius: 4
    color: area.pressed ? Theme.edge : highlighted ? Theme.amber : area.containsMouse ? Theme.background : "transparent"
    border.color: Theme.outline

    Accessible.role: Accessible.Button
    Accessible.name: description
    Accessible.onPressAction: clicked()

    Text {
        anchors.centerIn: parent
        text: button.text
        color: button.highlighted ? Theme.card : button.textColor
        font { pixelSize: Theme.small; bold: true }
    }

    MouseArea {
        id: area

        anchors.fill: parent
        hoverEnabled: true
        onClicked: button.clicked()
    }
}
