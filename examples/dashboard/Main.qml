// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox
import Dashboard

Window {
    id: window

    required property Dashboard dashboard
    required property bool isLight
    property string memoryText: "…"
    property list<string> networkTexts: ["in …", "out …"]
    property string processText: "…"

    property string failureText: ""
    property list<string> busyLines: []
    property double lastBusyTime: -1

    function show(sample: var) {
        const values = sample.values;
        if (sample.source === "memory")
            memoryText = Units.bytes(values[0]);
        else if (sample.source === "network")
            networkTexts = ["in " + Units.bytes(values[0]) + "/s", "out " + Units.bytes(values[1]) + "/s"];
        else if (sample.source === "process")
            processText = Math.round(values[0] * 100) + " % of a core, " + Units.bytes(values[1]) + ", " + values[2] + " threads";
    }

    // At most one line a second, the newest first.
    function addBusy(sample: var) {
        if (lastBusyTime >= 0 && sample.time - lastBusyTime < 1)
            return;
        lastBusyTime = sample.time;
        const values = sample.values;
        const core = values.indexOf(Math.max(...values));
        const line = sample.time.toFixed(1) + " s   core " + core + " at " + Math.round(values[core] * 100) + " %";
        busyLines = [line, ...busyLines].slice(0, 3);
    }

    function showFailure(failure: var) {
        const place = failure.fileName === "" ? "" : ", " + failure.fileName.split("/").pop() + ":" + failure.lineNumber;
        failureText = failure.handlerName + ": " + failure.message + place;
    }

    title: "SignalBox dashboard"
    width: 960
    height: 600
    minimumWidth: 800
    minimumHeight: 500
    visible: true
    color: Theme.background

    Component.onCompleted: Theme.isDark = !isLight

    RegistryHandler {
        name: "readout"
        priority: 10
        registry: window.dashboard.registry
        handler: sample => {
            window.dashboard.handled("readout", sample.sequence);
            window.show(sample);
            if (window.dashboard.takeFault("readout"))
                throw new Error("made to throw");
        }
    }

    RegistryHandler {
        name: "busy log"
        registry: window.dashboard.registry
        filter: sample => sample.source === "cpu" && Math.max(...sample.values) > 0.9
        handler: sample => {
            window.dashboard.handled("busy log", sample.sequence);
            window.addBusy(sample);
            if (window.dashboard.takeFault("busy log"))
                throw new Error("made to throw");
        }
    }

    Connections {
        target: window.dashboard.registry
        function onHandlerFailed(failure) { window.showFailure(failure); }
    }
    Connections {
        target: window.dashboard.flood.registry
        function onHandlerFailed(failure) { window.showFailure(failure); }
    }

    Shortcut {
        sequence: "P"
        onActivated: window.dashboard.peakHold = !window.dashboard.peakHold
    }
    Shortcut {
        sequence: "S"
        onActivated: floodCard.switchTransport()
    }
    Shortcut {
        sequence: "T"
        onActivated: Theme.isDark = !Theme.isDark
    }
    Shortcut {
        sequences: ["Q", "Ctrl+Q"]
        onActivated: window.close()
    }

    Item {
        id: header

        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: Theme.gap; rightMargin: Theme.gap }
        height: 44

        Text {
            id: titleText

            anchors { left: parent.left; verticalCenter: parent.verticalCenter }
            text: "SignalBox dashboard"
            color: Theme.text
            font { pixelSize: Theme.large; bold: true }
        }

        Column {
            anchors { left: titleText.right; leftMargin: 12; right: peakToggle.left; rightMargin: 12; verticalCenter: parent.verticalCenter }

            Text {
                width: parent.width
                text: window.dashboard.sourceDescription
                elide: Text.ElideRight
                color: Theme.faint
                font.pixelSize: Theme.small
            }
            Text {
                width: parent.width
                text: window.processText
                elide: Text.ElideRight
                color: Theme.faint
                font.pixelSize: Theme.small
            }
        }

        Toggle {
            id: peakToggle

            anchors { right: themeToggle.left; rightMargin: 16; verticalCenter: parent.verticalCenter }
            text: "Peak hold"
            checked: window.dashboard.peakHold
            focus: true
            onToggled: window.dashboard.peakHold = !window.dashboard.peakHold
        }

        Toggle {
            id: themeToggle

            anchors { right: parent.right; verticalCenter: parent.verticalCenter }
            text: "Dark"
            checked: Theme.isDark
            onToggled: Theme.isDark = !Theme.isDark
        }
    }

    Item {
        id: left

        anchors { left: parent.left; leftMargin: Theme.gap; top: header.bottom; bottom: footer.top; bottomMargin: 6 }
        width: Math.round((window.width - 3 * Theme.gap) * 0.47)

        Card {
            id: cpuCard

            anchors { left: parent.left; right: parent.right; top: parent.top }
            height: Math.round((parent.height - 2 * Theme.gap) * 0.29)
            title: "Processor"
            value: "last 10 s"
            valueColor: Theme.faint

            GridView {
                // Plots keep a legible shape from one core to many, in rows of one length if that can be.
                readonly property int mostColumns: Math.max(1, Math.ceil(Math.sqrt(count * width / Math.max(1, height) / 2.5)))
                readonly property int rows: Math.max(1, Math.ceil(count / mostColumns))
                readonly property int columns: Math.max(1, Math.ceil(count / rows))

                anchors { fill: parent; rightMargin: -10; bottomMargin: -6 } // less the distance between plots
                interactive: false
                cellWidth: Math.floor(width / columns)
                cellHeight: Math.floor(height / rows)
                model: window.dashboard.cores
                delegate: CorePlot {
                    width: (GridView.view as GridView).cellWidth
                    height: (GridView.view as GridView).cellHeight
                }
            }
        }

        Card {
            id: memoryCard

            anchors { left: parent.left; top: cpuCard.bottom; topMargin: Theme.gap }
            width: (parent.width - Theme.gap) / 2
            height: Math.round((parent.height - 2 * Theme.gap) * 0.25)
            title: "Memory"
            value: window.memoryText

            AxisPlot {
                anchors.fill: parent
                maximumText: window.dashboard.memory.last > 0 ? Units.bytes(window.dashboard.memoryTotal) : ""

                TimePlot {
                    anchors.fill: parent
                    series: window.dashboard.memory
                    maximum: window.dashboard.memoryTotal
                    color: Theme.violet
                }
            }
        }

        Card {
            anchors { left: memoryCard.right; leftMargin: Theme.gap; right: parent.right; top: memoryCard.top; bottom: memoryCard.bottom }
            title: "Network"
            value: window.networkTexts[0]
            valueColor: Theme.green

            AxisPlot {
                anchors.fill: parent
                maximumText: Units.round(window.dashboard.networkScale) + "B/s"
                valueText: window.networkTexts[1]
                valueColor: Theme.amber

                TimePlot {
                    anchors.fill: parent
                    series: window.dashboard.received
                    maximum: window.dashboard.networkScale
                    color: Theme.green
                }
                TimePlot {
                    anchors.fill: parent
                    series: window.dashboard.sent
                    maximum: window.dashboard.networkScale
                    color: Theme.amber
                }
            }
        }

        FloodCard {
            id: floodCard

            anchors { left: parent.left; right: parent.right; top: memoryCard.bottom; topMargin: Theme.gap; bottom: parent.bottom }
            dashboard: window.dashboard
        }
    }

    HandlerCard {
        anchors { left: left.right; leftMargin: Theme.gap; right: parent.right; rightMargin: Theme.gap; top: left.top; bottom: left.bottom }
        dashboard: window.dashboard
        failureText: window.failureText
        busyLines: window.busyLines
    }

    Text {
        id: footer

        anchors { left: parent.left; right: parent.right; bottom: parent.bottom; leftMargin: Theme.gap; rightMargin: Theme.gap; bottomMargin: 6 }
        text: "<b>Tab</b> next&nbsp;&nbsp; <b>S</b> SignalBox or signals&nbsp;&nbsp; <b>P</b> peak hold&nbsp;&nbsp; <b>T</b> theme&nbsp;&nbsp; <b>Q</b> quit"
              + "&nbsp;&nbsp;&nbsp;&nbsp; In lists: <b>↑ ↓</b> choose&nbsp;&nbsp; <b>Space</b> pause&nbsp;&nbsp; <b>+ −</b> priority&nbsp;&nbsp; <b>X</b> throw"
        textFormat: Text.StyledText
        elide: Text.ElideRight
        color: Theme.faint
        font.pixelSize: Theme.small
    }
}
