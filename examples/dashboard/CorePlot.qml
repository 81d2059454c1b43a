// SPDX-License-Identifier: MIT
import QtQuick
import Dashboard

// The load of one core.
Item {
    id: plot

    required property int index
    required property Series modelData

    TimePlot {
        anchors { fill: parent; topMargin: label.height + 1; rightMargin: 10; bottomMargin: 6 }
        series: plot.modelData
        color: Theme.accent

        Rectangle {
            anchors { left: parent.left; right: parent.right; top: parent.top }
            height: 1
            color: Theme.edge
        }
        Rectangle {
            anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
            height: 1
            color: Theme.edge
        }
    }

    Text {
        id: label

        anchors { left: parent.left; top: parent.top }
        text: "core " + plot.index
        color: Theme.faint
        font.pixelSize: Theme.small
        visible: plot.width > 90
    }

    Text {
        anchors { left: label.visible ? label.right : parent.left; leftMargin: label.visible ? Theme.px(8) : 0; top: parent.top }
        text: Math.round(plot.modelData.last * 100) + " %"
        color: Theme.text
        font.pixelSize: Theme.small
    }
}
