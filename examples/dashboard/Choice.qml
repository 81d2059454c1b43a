// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick

// A choice between some options, side by side. It shows the one that it is given, and asks for another.
Rectangle {
    id: choice

    property list<string> options
    property string description
    property int current: 0
    signal chosen(int option)

    implicitHeight: Theme.px(30)
    implicitWidth: row.implicitWidth + 4
    radius: 6
    color: Theme.background
    border { color: activeFocus ? Theme.text : Theme.outline; width: activeFocus ? 2 : 1 }
    activeFocusOnTab: true

    Accessible.role: Accessible.RadioButton
    Accessible.name: options[current]
    Accessible.description: description
    Keys.onSpacePressed: chosen((current + 1) % options.length)
    Keys.onReturnPressed: chosen((current + 1) % options.length)
    Keys.onEnterPressed: chosen((current + 1) % options.length)
    Keys.onLeftPressed: chosen(Math.max(0, current - 1))
    Keys.onRightPressed: chosen(Math.min(options.length - 1, current + 1))

    HoverHandler {
        id: hover
    }

    Tip {
        anchors.fill: parent
        text: choice.description
        wanted: hover.hovered
    }

    Row {
        id: row

        anchors.centerIn: parent

        Repeater {
            model: choice.options
            delegate: Rectangle {
                id: option

                required property int index
                required property string modelData

                width: label.implicitWidth + Theme.px(18)
                height: choice.height - 6
                radius: 4
                color: index === choice.current ? Theme.accent : "transparent"

                Text {
                    id: label

                    anchors.centerIn: parent
                    text: option.modelData
                    color: option.index === choice.current ? Theme.card : Theme.text
                    font.pixelSize: Theme.medium
                }

                TapHandler {
                    onTapped: choice.chosen(option.index)
                }
            }
        }
    }
}
