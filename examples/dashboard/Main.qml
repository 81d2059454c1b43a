// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox
import Dashboard

Window {
    id: window

    required property Dashboard dashboard
    required property int scheme
    property string memoryText: "…"
    property list<string> networkTexts: ["↓ …", "↑ …"]
    property string processText: "…"

    property string failureText: ""
    property list<string> busyLines: []
    property double lastBusyTime: -1

    property var latest: ({}) // values, by source

    function updateTexts() {
        const {memory, network, process} = latest;
        if (memory)
            memoryText = Units.bytes(memory[0]);
        if (network)
            networkTexts = ["↓ " + Units.bytes(network[0]) + "/s", "↑ " + Units.bytes(network[1]) + "/s"];
        if (process)
            processText = Math.round(process[0] * 100) + " % of a core, " + Units.bytes(process[1]) + ", " + process[2] + " threads";
    }

    function reset() {
        failureText = "";
        busyLines = [];
        dashboard.reset();
        handlerCard.reset();
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
    width: Theme.px(1120)
    height: Theme.px(700)
    minimumWidth: Theme.px(1040)
    minimumHeight: Theme.px(600)
    visible: true
    color: Theme.background

    Component.onCompleted: Theme.scheme = scheme

    RegistryHandler {
        name: "readout"
        priority: 10
        registry: window.dashboard.registry
        handler: sample => {
            window.dashboard.handled("readout", sample.sequence);
            window.latest[sample.source] = sample.values;
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
        target: window.dashboard
        function onTextsDue() { window.updateTexts(); }
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
        onActivated: Theme.scheme = Theme.isDark ? 1 : 2
    }
    Shortcut {
        sequence: "R"
        onActivated: trace.recording = !trace.recording
    }
    Shortcut {
        sequence: "0"
        onActivated: window.reset()
    }
    Shortcut {
        sequences: ["Q", "Ctrl+Q"]
        onActivated: window.close()
    }

    TraceRecorder {
        id: trace
    }

    Item {
        id: header

        anchors { left: parent.left; right: parent.right; top: parent.top; leftMargin: Theme.gap; rightMargin: Theme.gap }
        height: Theme.px(54)

        Column {
            anchors { left: parent.left; right: tools.left; rightMargin: 12; verticalCenter: parent.verticalCenter }

            Text {
                text: "SignalBox dashboard"
                color: Theme.text
                font { pixelSize: Theme.large; bold: true }
            }
            Text {
                width: parent.width
                text: window.dashboard.sourceDescription + ", " + window.processText
                elide: Text.ElideRight
                color: Theme.faint
                font.pixelSize: Theme.small
            }
        }

        Row {
            id: tools

            anchors { right: parent.right; verticalCenter: parent.verticalCenter }
            spacing: Theme.px(12)

            Toggle {
                text: "Peak hold"
                description: "Dashed lines at the highest values (P)"
                checked: window.dashboard.peakHold
                focus: true
                onToggled: window.dashboard.peakHold = !window.dashboard.peakHold
            }

            PushButton {
                objectName: "traceButton"
                activeFocusOnTab: true
                text: trace.recording ? "■ Stop recording" : "● Record trace"
                textColor: trace.recording ? Theme.red : Theme.text
                description: "A timeline of all handlers, for Perfetto or Qt Creator (R)"
                onClicked: trace.recording = !trace.recording
            }

            PushButton {
                objectName: "resetButton"
                activeFocusOnTab: true
                text: "Reset"
                description: "Begin all curves and numbers anew (0)"
                onClicked: window.reset()
            }

            Choice {
                objectName: "schemeChoice"
                options: Theme.schemes
                description: "Colours (T)"
                current: Theme.scheme
                onChosen: option => { Theme.scheme = option; }
            }
        }
    }

    Item {
        id: left

        anchors { left: parent.left; leftMargin: Theme.gap; top: header.bottom; bottom: footer.top; bottomMargin: 6 }
        // Where the window is wide, plots get the room: the columns of the handlers stay together.
        width: window.width - 3 * Theme.gap - Math.min(Math.round((window.width - 3 * Theme.gap) * 0.57), Theme.px(680))

        Card {
            id: cpuCard

            anchors { left: parent.left; right: parent.right; top: parent.top }
            height: Math.round((parent.height - 2 * Theme.gap) * 0.25)
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
            width: Math.round((parent.width - Theme.gap) * 0.36)
            height: Math.round((parent.height - 2 * Theme.gap) * 0.22)
            title: "Memory"
            value: window.memoryText

            AxisPlot {
                anchors.fill: parent
                maximumText: window.dashboard.memory.last > 0 ? Units.round(window.dashboard.memoryTotal) + "B" : ""

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
            value: `<font color="${Theme.green}">${window.networkTexts[0]}</font>&nbsp; <font color="${Theme.amber}">${window.networkTexts[1]}</font>`

            AxisPlot {
                anchors.fill: parent
                maximumText: Units.round(window.dashboard.networkScale) + "B/s"

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
        id: handlerCard

        anchors { left: left.right; leftMargin: Theme.gap; right: parent.right; rightMargin: Theme.gap; top: left.top; bottom: left.bottom }
        dashboard: window.dashboard
        failureText: window.failureText
        busyLines: window.busyLines
    }

    Text {
        id: footer

        anchors { left: parent.left; right: parent.right; bottom: parent.bottom; leftMargin: Theme.gap; rightMargin: Theme.gap; bottomMargin: 6 }
        text: trace.message !== "" ? trace.message
                                   : "<b>Tab</b> next&nbsp;&nbsp; <b>S</b> SignalBox or signals&nbsp;&nbsp; <b>P</b> peak hold&nbsp;&nbsp; <b>R</b> record&nbsp;&nbsp; <b>0</b> reset&nbsp;&nbsp; <b>T</b> theme&nbsp;&nbsp; <b>Q</b> quit"
                                     + "&nbsp;&nbsp;&nbsp;&nbsp; In lists: <b>↑ ↓</b> choose&nbsp;&nbsp; <b>Space</b> pause&nbsp;&nbsp; <b>+ −</b> priority&nbsp;&nbsp; <b>X</b> throw"
        textFormat: Text.StyledText
        elide: Text.ElideRight
        color: Theme.faint
        font.pixelSize: Theme.small
    }
}
