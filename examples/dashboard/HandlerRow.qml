// SPDX-License-Identifier: MIT
import QtQuick
import Dashboard

// One handler: its priority, name and thread, what became of its calls, and what can be done to it.
Rectangle {
    id: row

    required property var model // its role "enabled" would hide the item's own property
    required property HandlerColumns columns
    required property Dashboard dashboard
    required property bool isCurrent
    signal enabledRequested(bool enabled)
    signal priorityRequested(int priority)
    signal failureRequested

    readonly property bool isPaused: !model.enabled
    property string meanText: "–"

    function stateText(): string {
        let text = model.threadName === "" ? "inline" : model.threadName;
        if (isPaused)
            text += ", paused";
        if (model.merged > 0)
            text += ", " + Units.count(model.merged) + " merged";
        if (model.dropped > 0)
            text += ", " + Units.count(model.dropped) + " dropped";
        return text;
    }

    radius: 5
    color: "transparent"
    border { color: isCurrent ? Theme.text : "transparent"; width: 2 }

    Accessible.role: Accessible.ListItem
    Accessible.name: model.name + ", priority " + model.priority + ", " + stateText()

    CallRate {
        id: callRate

        calls: row.model.calls
    }

    // With all other texts: the model has news at moments of its own, and each would be one more painting of the window.
    Connections {
        target: row.dashboard
        function onTextsDue() {
            callRate.sample();
            row.meanText = row.model.calls > 0 ? Units.duration(row.model.meanTime) : "–";
        }
    }

    component Number: Text {
        horizontalAlignment: Text.AlignRight
        color: Theme.text
        font.pixelSize: Theme.medium
    }

    Row {
        anchors { left: parent.left; leftMargin: 4; verticalCenter: parent.verticalCenter }
        height: cells.height
        spacing: row.columns.spacing

        Row {
            id: cells

            PushButton {
                width: row.columns.button
                text: "−"
                description: "Lower the priority by 10 (−)"
                onClicked: row.priorityRequested(row.model.priority - 10)
            }
            Text {
                width: row.columns.priority - 2 * row.columns.button
                anchors.verticalCenter: parent.verticalCenter
                horizontalAlignment: Text.AlignHCenter
                text: row.model.priority
                color: Theme.accent
                fontSizeMode: Text.HorizontalFit
                font { pixelSize: Theme.medium; bold: true }
            }
            PushButton {
                width: row.columns.button
                text: "+"
                description: "Raise the priority by 10 (+)"
                onClicked: row.priorityRequested(row.model.priority + 10)
            }
        }

        Item {
            width: row.columns.name
            height: parent.height

            Text {
                id: nameText

                width: parent.width
                anchors { bottom: parent.verticalCenter; bottomMargin: -2 }
                text: row.model.name
                elide: Text.ElideRight
                color: row.isPaused ? Theme.faint : Theme.text
                font { pixelSize: Theme.medium; strikeout: row.isPaused }
            }

            Text {
                anchors { left: parent.left; top: nameText.bottom }
                width: actions.x - parent.x - row.columns.spacing
                text: row.model.lastError !== "" ? row.stateText() + ", failed: " + row.model.lastError : row.stateText()
                elide: Text.ElideRight
                color: row.model.lastError !== "" ? Theme.red : row.isPaused ? Theme.amber : Theme.faint
                font.pixelSize: Theme.small
            }
        }

        TimePlot {
            width: row.columns.sparkline
            height: nameText.height
            y: nameText.y - 2
            series: callRate.series
            maximum: Math.max(1, callRate.series.highest)
            color: row.isPaused ? Theme.faint : Theme.green
        }

        Number {
            width: row.columns.rate
            y: nameText.y
            text: Units.count(callRate.perSecond)
        }
        Number {
            width: row.columns.failures
            y: nameText.y
            text: Units.count(row.model.failures)
            color: row.model.failures > 0 ? Theme.red : Theme.faint
        }
        Number {
            width: row.columns.mean
            y: nameText.y
            text: row.meanText
        }

        Row {
            id: actions

            spacing: row.columns.actions - 2 * row.columns.button

            PushButton {
                width: row.columns.button
                text: row.isPaused ? "▶" : "❚❚"
                description: row.isPaused ? "Resume the handler (Space)" : "Pause the handler (Space)"
                highlighted: row.isPaused
                onClicked: row.enabledRequested(row.isPaused)
            }
            PushButton {
                width: row.columns.button
                text: "!"
                textColor: Theme.red
                description: "Let the next call throw (X)"
                onClicked: row.failureRequested()
            }
        }
    }
}
