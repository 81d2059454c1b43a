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
        return Math.max(Theme.px(34), Math.min(Theme.px(46), Math.floor(room / Math.max(1, samples.count + flood.count))));
    }
    required property list<string> busyLines

    title: "Handlers by priority"

    function reset() {
        samples.reset();
        flood.reset();
    }

    component ColumnTitle: Text {
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

    HandlerColumns {
        id: columns

        width: header.width - 8
    }

    Row {
        id: header

        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: 4 }
        spacing: columns.spacing

        ColumnTitle {
            width: columns.priority
            horizontalAlignment: Text.AlignHCenter
            text: "priority"
        }
        ColumnTitle {
            width: columns.name
            horizontalAlignment: Text.AlignLeft
            text: "handler"
        }
        ColumnTitle {
            width: columns.sparkline + columns.spacing + columns.rate
            text: "calls/s"
        }
        ColumnTitle {
            width: columns.failures
            text: "failed"
        }
        ColumnTitle {
            width: columns.mean
            text: "mean"
        }
    }

    HandlerList {
        id: samples

        objectName: "samples"
        anchors { left: parent.left; right: parent.right; top: header.bottom; topMargin: 4 }
        height: Math.min(implicitHeight, notes.y - y - flood.implicitHeight - 6)
        title: "Registry “samples”"
        rowHeight: card.rowHeight
        registry: card.dashboard.registry
        dashboard: card.dashboard
        columns: columns
    }

    HandlerList {
        id: flood

        objectName: "flood"
        anchors { left: parent.left; right: parent.right; top: samples.bottom; topMargin: 4 }
        height: implicitHeight
        title: "Registry “flood”"
        rowHeight: card.rowHeight
        registry: card.dashboard.flood.registry
        dashboard: card.dashboard
        columns: columns
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
