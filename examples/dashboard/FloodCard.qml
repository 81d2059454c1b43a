// SPDX-License-Identifier: MIT
import QtQuick
import Dashboard

// The flood, and what it does to the frames of the window: the gaps of both transports in one plot.
Card {
    id: card

    required property Dashboard dashboard
    readonly property Flood flood: dashboard.flood
    readonly property bool isRegistry: flood.transport === Flood.Registry
    readonly property bool isQuiet: flood.rate === 0 && flood.waiting === 0
    property string delayText
    property string shownDelayText // changes a few times a second, to be readable
    readonly property string stateText: {
        if (flood.rate === 0)
            return isRegistry ? "Backlog::newest(): an event replaces one that still waits"
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

    function worst(gaps: Series, rate: double): string {
        if (gaps.highest === 0)
            return "not tried yet";
        return Units.milliseconds(gaps.highest) + (rate > 0 ? " at " + Units.round(rate) + "/s" : "");
    }

    title: "Frame gap"
    value: "the last 10 s of each way of sending"
    valueColor: Theme.faint

    Connections {
        target: card.flood
        // For each event that arrives, as applications do; both transports have to do the same.
        function onArrived(delay) { card.delayText = Units.milliseconds(delay); }
        function onMeasured() {
            card.shownDelayText = card.delayText;
            registryEntry.value = card.worst(card.flood.registryGaps, card.flood.registryRate);
            signalEntry.value = card.worst(card.flood.signalGaps, card.flood.signalRate);
            quietEntry.value = card.worst(card.flood.quietGaps, 0);
        }
    }

    AxisPlot {
        anchors { left: parent.left; right: parent.right; top: parent.top; bottom: legend.top; bottomMargin: 6 }
        maximumText: card.dashboard.gapScale >= 1000 ? card.dashboard.gapScale / 1000 + " s" : card.dashboard.gapScale + " ms"

        TimePlot {
            anchors.fill: parent
            series: card.flood.quietGaps
            maximum: card.dashboard.gapScale
            color: Theme.faint
            filled: false
        }
        TimePlot {
            anchors.fill: parent
            series: card.flood.signalGaps
            maximum: card.dashboard.gapScale
            color: Theme.amber
            filled: false
        }
        TimePlot {
            anchors.fill: parent
            series: card.flood.registryGaps
            maximum: card.dashboard.gapScale
            color: Theme.accent
            filled: false
        }
    }

    Row {
        id: legend

        anchors { left: parent.left; bottom: controls.top; bottomMargin: Theme.gap }
        spacing: Theme.px(20)

        LegendEntry {
            id: registryEntry

            name: "SignalBox"
            color: Theme.accent
            isActive: card.isRegistry && !card.isQuiet
        }
        LegendEntry {
            id: signalEntry

            name: "Queued signals"
            color: Theme.amber
            isActive: !card.isRegistry && !card.isQuiet
        }
        LegendEntry {
            id: quietEntry

            name: "No flood"
            color: Theme.faint
            isActive: card.isQuiet
        }
    }

    Item {
        id: controls

        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: transportChoice.height + 8 + slider.height + 6 + stateText.height

        Text {
            anchors { left: parent.left; verticalCenter: transportChoice.verticalCenter }
            text: card.flood.rate > 0 ? "Flood: " + Units.round(card.flood.rate) + "/s" : "Flood: off"
            color: Theme.text
            font { pixelSize: Theme.medium; bold: true }
        }

        Choice {
            id: transportChoice

            objectName: "transportChoice"
            anchors { right: parent.right; top: parent.top }
            options: ["SignalBox", "Queued signals"]
            description: "How the flood is sent (S)"
            current: card.isRegistry ? 0 : 1
            onChosen: option => { card.flood.transport = option === 0 ? Flood.Registry : Flood.QueuedSignals; }
        }

        RateSlider {
            id: slider

            objectName: "rateSlider"
            anchors { left: parent.left; right: parent.right; top: transportChoice.bottom; topMargin: 8 }
            value: card.flood.rate
            maximum: card.flood.highestRate
            onMoved: value => { card.flood.rate = value; }
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
