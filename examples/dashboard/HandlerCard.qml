// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick
import Dashboard

// The handlers of both registries, and below them what the last event met.
Card {
    id: card

    required property Dashboard dashboard
    property string failureText
    readonly property int rowHeight: {
        const room = notes.y - header.height - samples.titleHeight - flood.titleHeight - 12;
        return Math.max(30, Math.min(42, Math.floor(room / Math.max(1, samples.count + flood.count))));
    }
    required property list<string> busyLines

    title: "Handlers by priority"

    component ColumnTitle: Text {
        height: 14
        horizontalAlignment: Text.AlignRight
        color: Theme.faint
        font.pixelSize: Theme.small
    }

    component Note: Text {
        anchors { left: parent.left; right: parent.right; leftMargin: 4; rightMargin: 4 }
        elide: Text.ElideRight
        color: Theme.faint
        font.pixelSize: Theme.small
    }

    Item {
        id: header

        anchors { left: parent.left; right: parent.right; top: parent.top; topMargin: -6 }
        height: 14

        ColumnTitle {
            id: throwTitle

            anchors { right: parent.right; rightMargin: 4 }
            width: Theme.actionWidth
            horizontalAlignment: Text.AlignHCenter
            text: "throw"
        }
        ColumnTitle {
            id: pauseTitle

            anchors { right: throwTitle.left; rightMargin: 4 }
            width: Theme.actionWidth
            horizontalAlignment: Text.AlignHCenter
            text: "pause"
        }
        ColumnTitle {
            id: meanTitle

            anchors { right: pauseTitle.left; rightMargin: 8 }
            width: Theme.meanWidth
            text: "mean"
        }
        ColumnTitle {
            id: failuresTitle

            anchors.right: meanTitle.left
            width: Theme.failuresWidth
            text: "failed"
        }
        ColumnTitle {
            anchors.right: failuresTitle.left
            width: Theme.callsWidth
            text: "calls"
        }
    }

    HandlerList {
        id: samples

        objectName: "samples"
        anchors { left: parent.left; right: parent.right; top: header.bottom }
        height: Math.min(implicitHeight, notes.y - y - flood.implicitHeight - 6)
        title: "Registry “samples”"
        rowHeight: card.rowHeight
        registry: card.dashboard.registry
        onFailureRequested: handlerName => card.dashboard.failNext(handlerName)
    }

    HandlerList {
        id: flood

        objectName: "flood"
        anchors { left: parent.left; right: parent.right; top: samples.bottom; topMargin: 4 }
        height: implicitHeight
        title: "Registry “flood”"
        rowHeight: card.rowHeight
        registry: card.dashboard.flood.registry
        onFailureRequested: handlerName => card.dashboard.failNext(handlerName)
    }

    Column {
        id: notes

        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        spacing: 2

        Note {
            text: "Last event: " + (card.dashboard.path === "" ? "none so far" : card.dashboard.path)
            color: Theme.text
        }
        Note {
            text: "Last failure: " + (card.failureText === "" ? "none so far" : card.failureText)
            color: card.failureText === "" ? Theme.faint : Theme.red
        }
        Note {
            text: "Busy log, cores above 90 %:" + (card.busyLines.length === 0 ? " none so far" : "")
        }
        Repeater {
            model: card.busyLines
            delegate: Note {
                required property string modelData

                anchors.leftMargin: 12
                text: modelData
                color: Theme.amber
            }
        }
    }
}
