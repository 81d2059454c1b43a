// SPDX-License-Identifier: MIT
import QtQuick

// A labelled switch. It shows the state that it is given, and asks for the other one.
Item {
    id: toggle

    property string text
    property string description
    property bool checked: false
    signal toggled

    implicitWidth: label.implicitWidth + track.width + 8
    implicitHeight: Theme.px(28)
    activeFocusOnTab: true

    Accessible.role: Accessible.CheckBox
    Accessible.name: text
    Accessible.description: description
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
        width: Theme.px(40)
        height: Theme.px(22)
        radius: height / 2
        color: toggle.checked ? Theme.accent : Theme.outline
        border { color: toggle.activeFocus ? Theme.text : "transparent"; width: 2 }

        Rectangle {
            x: toggle.checked ? parent.width - width - 3 : 3
            anchors.verticalCenter: parent.verticalCenter
            width: parent.height - 6
            height: width
            radius: width / 2
            color: toggle.checked ? Theme.card : Theme.text

            Behavior on x {
                NumberAnimation { duration: 120 }
            }
        }
    }

    HoverHandler {
        id: hover
    }

    Tip {
        anchors.fill: parent
        text: toggle.description
        wanted: hover.hovered
    }

    TapHandler {
        onTapped: toggle.toggled()
    }
}
