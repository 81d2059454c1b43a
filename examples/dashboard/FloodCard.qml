// SPDX-License-Identifier: MIT
import QtQuick
import Dashboard

// Event rate, the flood, and what it does to the frames of the window.
Card {
    id: card

    required property Dashboard dashboard
    readonly property Flood flood: dashboard.flood
    readonly property bool isRegistry: flood.transport === Flood.Registry
    readonly property list<string> transportNames: ["SignalBox", "Queued signals"]
    property string delayText
    property string shownDelayText // changes a few times a second, to be readable
    // What the other transport had come to when it was left.
    readonly property string otherText: {
        const name = transportNames[isRegistry ? 1 : 0];
        return name + ":\n" + (flood.otherGap < 0 ? "not tried yet"
                                                  : Units.milliseconds(flood.otherGap) + " at " + Units.round(flood.otherRate) + "/s");
    }
    readonly property string stateText: {
        if (flood.rate === 0)
            return isRegistry ? "Backlog::latest(): an event replaces one that still waits"
                              : "Each event waits for its turn, " + Units.round(flood.waitingLimit) + " at the most";
        const delay = "the last was " + shownDelayText + " old";
        if (isRegistry)
            return "Only the latest event waits; " + delay;
        return flood.limited ? Units.round(flood.waitingLimit) + " wait, the limit: more are not sent; " + delay
                             : Units.count(flood.waiting) + " events wait; " + delay;
    }

    function switchTransport() {
        flood.transport = isRegistry ? Flood.QueuedSignals : Flood.Registry;
    }

    title: "Event rate"
    value: Units.count(dashboard.eventRate.last) + " events/s"
    valueColor: Theme.green

    Connections {
        target: card.flood
        // For each event that arrives, as applications do; both transports have to do the same.
        function onArrived(delay) { card.delayText = Units.milliseconds(delay); }
        function onMeasured() { card.shownDelayText = card.delayText; }
    }

    AxisPlot {
        anchors { left: parent.left; right: parent.right; top: parent.top; bottom: controls.top; bottomMargin: 6 }
        maximumText: Units.round(card.dashboard.eventScale) + "/s"

        TimePlot {
            anchors.fill: parent
            series: card.dashboard.eventRate
            maximum: card.dashboard.eventScale
            color: Theme.green
        }
    }

    Item {
        id: controls

        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: 104

        Text {
            id: rateText

            anchors { left: parent.left; top: parent.top; right: gapColumn.left; rightMargin: 8 }
            text: "Flood: " + (card.flood.rate > 0 ? Units.round(card.flood.rate) + " events/s" : "off")
            elide: Text.ElideRight
            color: Theme.text
            font.pixelSize: Theme.medium
        }

        RateSlider {
            id: slider

            objectName: "rateSlider"
            anchors { left: parent.left; right: gapColumn.left; rightMargin: 12; top: rateText.bottom; topMargin: 2 }
            value: card.flood.rate
            maximum: card.flood.highestRate
            step: 50000
            onMoved: value => { card.flood.rate = value; }
        }

        Column {
            id: gapColumn

            anchors { right: parent.right; top: parent.top; topMargin: -4 }
            width: 112

            Text {
                anchors.right: parent.right
                text: card.flood.frames.worst > 0 ? Units.milliseconds(card.flood.frames.worst) : "…"
                color: card.flood.frames.worst < 50 ? Theme.green : card.flood.frames.worst < 150 ? Theme.amber : Theme.red
                font { pixelSize: Theme.large; bold: true }
            }

            Text {
                anchors.right: parent.right
                text: "worst frame gap, " + card.flood.frames.memory + " s"
                color: Theme.text
                font.pixelSize: Theme.small
            }

            Text {
                anchors.right: parent.right
                text: "now " + (card.flood.frames.current > 0 ? Units.milliseconds(card.flood.frames.current) : "…")
                color: Theme.faint
                font.pixelSize: Theme.small
            }
        }

        Choice {
            id: transportChoice

            objectName: "transportChoice"
            anchors { left: parent.left; bottom: stateText.top; bottomMargin: 6 }
            options: card.transportNames
            current: card.isRegistry ? 0 : 1
            onChosen: option => { card.flood.transport = option === 0 ? Flood.Registry : Flood.QueuedSignals; }
        }

        Text {
            anchors { left: transportChoice.right; leftMargin: 8; right: parent.right; verticalCenter: transportChoice.verticalCenter }
            horizontalAlignment: Text.AlignRight
            text: card.otherText
            color: Theme.text
            font.pixelSize: Theme.small
        }

        Text {
            id: stateText

            anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
            text: card.stateText
            elide: Text.ElideRight
            color: card.flood.limited ? Theme.red : Theme.faint
            font.pixelSize: Theme.small
        }
    }
}
