// SPDX-License-Identifier: MIT
import QtQuick

// One handler: its priority, name and thread, what became of its calls, and what can be done to it.
Rectangle {
    id: row

    required property var model // its role "enabled" would hide the item's own property
    required property bool isCurrent
    signal enabledRequested(bool enabled)
    signal priorityRequested(int priority)
    signal failureRequested

    readonly property bool isPaused: !model.enabled

    function stateText(): string {
        let text = model.thread === "" ? "inline" : model.thread;
        if (isPaused)
            text += ", paused";
        if (model.merges > 0)
            text += ", " + Units.count(model.merges) + " merged";
        if (model.drops > 0)
            text += ", " + Units.count(model.drops) + " dropped";
        return text;
    }

    radius: 5
    color: "transparent"
    border { color: isCurrent ? Theme.text : "transparent"; width: 2 }

    Accessible.role: Accessible.ListItem
    Accessible.name: model.name + ", priority " + model.priority + ", " + stateText()

    Row {
        id: priorityRow

        anchors { left: parent.left; leftMargin: 4; verticalCenter: parent.verticalCenter }
        spacing: 2

        RowButton {
            width: 18
            text: "−"
            description: "lower priority"
            onClicked: row.priorityRequested(row.model.priority - 10)
        }
        Text {
            width: 28
            height: 22
            horizontalAlignment: Text.AlignHCenter
            verticalAlignment: Text.AlignVCenter
            text: row.model.priority
            color: Theme.accent
            fontSizeMode: Text.HorizontalFit
            font { pixelSize: Theme.medium; bold: true }
        }
        RowButton {
            width: 18
            text: "+"
            description: "higher priority"
            onClicked: row.priorityRequested(row.model.priority + 10)
        }
    }

    Text {
        id: nameText

        anchors { left: priorityRow.right; leftMargin: 8; right: callsText.left; bottom: parent.verticalCenter; bottomMargin: -2 }
        text: row.model.name
        elide: Text.ElideRight
        color: row.isPaused ? Theme.faint : Theme.text
        font { pixelSize: Theme.medium; strikeout: row.isPaused }
    }

    Text {
        anchors { left: nameText.left; right: actions.left; rightMargin: 8; top: nameText.bottom }
        text: row.model.lastError !== "" ? row.stateText() + ", failed: " + row.model.lastError : row.stateText()
        elide: Text.ElideRight
        color: row.model.lastError !== "" ? Theme.red : row.isPaused ? Theme.amber : Theme.faint
        font.pixelSize: Theme.small
    }

    Text {
        id: callsText

        anchors { right: failuresText.left; baseline: nameText.baseline }
        width: Theme.callsWidth
        horizontalAlignment: Text.AlignRight
        text: Units.count(row.model.calls)
        color: Theme.text
        font.pixelSize: Theme.medium
    }

    Text {
        id: failuresText

        anchors { right: meanText.left; baseline: nameText.baseline }
        width: Theme.failuresWidth
        horizontalAlignment: Text.AlignRight
        text: Units.count(row.model.failures)
        color: row.model.failures > 0 ? Theme.red : Theme.faint
        font.pixelSize: Theme.medium
    }

    Text {
        id: meanText

        anchors { right: actions.left; rightMargin: 8; baseline: nameText.baseline }
        width: Theme.meanWidth
        horizontalAlignment: Text.AlignRight
        text: row.model.calls > 0 ? Units.duration(row.model.meanTime) : "–"
        color: Theme.text
        font.pixelSize: Theme.medium
    }

    Row {
        id: actions

        anchors { right: parent.right; rightMargin: 4; verticalCenter: parent.verticalCenter }
        spacing: 4

        RowButton {
            width: Theme.actionWidth
            text: row.isPaused ? "▶" : "❚❚"
            description: row.isPaused ? "resume" : "pause"
            highlighted: row.isPaused
            onClicked: row.enabledRequested(row.isPaused)
        }
        RowButton {
            width: Theme.actionWidth
            text: "!"
            textColor: Theme.red
            description: "let the next call throw"
            onClicked: row.failureRequested()
        }
    }
}
