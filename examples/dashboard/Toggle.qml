// SPDX-License-Identifier: MIT
import QtQuick

// A labelled switch. It shows the state that it is given, and asks for the other one.
Item {
    id: toggle

    property string text
    property bool checked: false
    signal toggled

    implicitWidth: label.implicitWidth + track.width + 8
    implicitHeight: 24
    activeFocusOnTab: true

    Accessible.role: Accessible.CheckBox
    Accessible.name: text
    Accessible.checkable: true
    Accessible.checked: checked
    Accessible.onToggleAction: toggle.toggled()
    Keys.onSpacePressed: toggled()
    Keys.onReturnPressed: toggled()
    Keys.onEnterPressed: toggled()

    Text {
        id: label

        anchors { left: parent.left; verticalCenter: parent.verticalCenter }
        text: toggle.text
        color: Theme.text
        font.pixelSize: Theme.medium
    }

    Rectangle {
        id: track

        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
        width: 36
        height: 20
        radius: 10
        color: toggle.checked ? Theme.accent : Theme.outline
        border { color: toggle.activeFocus ? Theme.text : "transparent"; width: 2 }

        Rectangle {
            x: toggle.checked ? parent.width - width - 3 : 3
            anchors.verticalCenter: parent.verticalCenter
            width: 14
            height: 14
            radius: 7
            color: toggle.checked ? Theme.card : Theme.text

            Behavior on x {
                NumberAnimation { duration: 120 }
            }
        }
    }

    TapHandler {
        onTapped: toggle.toggled()
    }
}
