// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox
import Dashboard

Window {
    id: window

    required property Dashboard dashboard
    required property bool isLight
    property string memoryText: "…"
    property string networkText: "…"
    property string processText: "…"

    function bytes(value: double): string {
        const units = ["B", "kB", "MB", "GB", "TB"];
        let unit = 0;
        while (value >= 1000 && unit + 1 < units.length) {
            value /= 1000;
            ++unit;
        }
        return value.toFixed(unit > 0 && value < 100 ? 1 : 0) + " " + units[unit];
    }

    function show(sample: var) {
        const values = sample.values;
        if (sample.source === "memory")
            memoryText = bytes(values[0]) + " of " + bytes(values[1]);
        else if (sample.source === "network")
            networkText = "<font color='" + Theme.green + "'>in</font> " + bytes(values[0]) + "/s  <font color='" + Theme.amber + "'>out</font> " + bytes(values[1]) + "/s";
        else if (sample.source === "process")
            processText = "this program: " + Math.round(values[0] * 100) + " % of a core, " + bytes(values[1]) + ", " + values[2] + " threads";
    }

    // At most one line a second, the newest first.
    function addBusy(sample: var) {
        if (busyModel.count > 0 && sample.time - busyModel.get(0).time < 1)
            return;
        const values = sample.values;
        const core = values.indexOf(Math.max(...values));
        busyModel.insert(0, { time: sample.time, core: core, load: values[core] });
        if (busyModel.count > 4)
            busyModel.remove(4);
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
        }
    }

    RegistryHandler {
        name: "busy log"
        registry: window.dashboard.registry
        filter: sample => sample.source === "cpu" && Math.max(...sample.values) > 0.9
        handler: sample => {
            window.dashboard.handled("busy log", sample.sequence);
            window.addBusy(sample);
        }
    }

    Shortcut {
        sequence: "P"
        onActivated: window.dashboard.peakHold = !window.dashboard.peakHold
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

        anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.gap }
        height: 30

        Text {
            id: titleText

            anchors { left: parent.left; verticalCenter: parent.verticalCenter }
            text: "SignalBox dashboard"
            color: Theme.text
            font { pixelSize: Theme.large; bold: true }
        }

        Text {
            anchors { left: titleText.right; leftMargin: Theme.gap; right: rateText.left; baseline: titleText.baseline }
            text: window.dashboard.sourceDescription
            elide: Text.ElideRight
            color: Theme.faint
            font.pixelSize: Theme.medium
        }

        Text {
            id: rateText

            anchors { right: themeToggle.left; rightMargin: 2 * Theme.gap; verticalCenter: parent.verticalCenter }
            text: Math.round(window.dashboard.eventRate) + " events/s"
            color: Theme.green
            font { pixelSize: Theme.medium; bold: true }
        }

        Toggle {
            id: themeToggle

            anchors { right: parent.right; verticalCenter: parent.verticalCenter }
            text: "Dark (T)"
            checked: Theme.isDark
            onToggled: Theme.isDark = !Theme.isDark
        }
    }

    Item {
        id: left

        anchors { left: parent.left; top: header.bottom; bottom: footer.top; margins: Theme.gap; bottomMargin: 6 }
        width: Math.round((window.width - 3 * Theme.gap) * 0.6)

        Card {
            id: cpuCard

            anchors { left: parent.left; right: parent.right; top: parent.top }
            height: Math.round((parent.height - Theme.gap) * 0.56)
            title: "Processor"
            value: "last 10 s"
            valueColor: Theme.faint

            GridView {
                // Plots keep a legible shape from one core to many.
                readonly property int columns: Math.max(1, Math.ceil(Math.sqrt(count * width / Math.max(1, height) / 2.5)))

                anchors { fill: parent; rightMargin: -10; bottomMargin: -6 } // less the distance between plots
                interactive: false
                cellWidth: Math.floor(width / columns)
                cellHeight: Math.floor(height / Math.max(1, Math.ceil(count / columns)))
                model: window.dashboard.cores
                delegate: CorePlot {
                    width: (GridView.view as GridView).cellWidth
                    height: (GridView.view as GridView).cellHeight
                }
            }
        }

        Card {
            id: memoryCard

            anchors { left: parent.left; top: cpuCard.bottom; topMargin: Theme.gap; bottom: parent.bottom }
            width: (parent.width - Theme.gap) / 2
            title: "Memory"
            value: window.memoryText

            TimePlot {
                anchors.fill: parent
                series: window.dashboard.memory
                maximum: window.dashboard.memoryTotal
                color: Theme.violet
            }
        }

        Card {
            anchors { left: memoryCard.right; leftMargin: Theme.gap; right: parent.right; top: memoryCard.top; bottom: parent.bottom }
            title: "Network"
            value: window.networkText

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

    Card {
        anchors { left: left.right; leftMargin: Theme.gap; right: parent.right; rightMargin: Theme.gap; top: left.top; bottom: left.bottom }
        title: "Handlers by priority"

        Toggle {
            id: peakToggle

            anchors { left: parent.left; right: parent.right; top: parent.top }
            text: "Peak hold, a guard (P)"
            checked: window.dashboard.peakHold
            focus: true
            onToggled: window.dashboard.peakHold = !window.dashboard.peakHold
        }

        ListView {
            id: list

            anchors { left: parent.left; right: parent.right; top: peakToggle.bottom; topMargin: 4; bottom: pathTitle.top; bottomMargin: 6 }
            clip: true
            interactive: contentHeight > height
            model: window.dashboard.handlers
            delegate: HandlerRow {
                width: ListView.view.width
            }
        }

        Text {
            id: pathTitle

            anchors { left: parent.left; bottom: pathText.top }
            text: "Last event on the GUI thread went"
            color: Theme.faint
            font.pixelSize: Theme.small
        }

        Text {
            id: pathText

            anchors { left: parent.left; right: parent.right; bottom: busyTitle.top; bottomMargin: 8 }
            text: window.dashboard.path
            elide: Text.ElideRight
            color: Theme.text
            font.pixelSize: Theme.medium
        }

        Text {
            id: busyTitle

            anchors { left: parent.left; bottom: busyColumn.top }
            text: busyModel.count > 0 ? "Busy log" : "Busy log: no core above 90 % so far"
            color: Theme.faint
            font.pixelSize: Theme.small
        }

        Column {
            id: busyColumn

            anchors { left: parent.left; right: parent.right; bottom: parent.bottom }

            Repeater {
                model: ListModel {
                    id: busyModel
                }
                delegate: Text {
                    required property double time
                    required property int core
                    required property double load

                    text: time.toFixed(1) + " s   core " + core + " at " + Math.round(load * 100) + " %"
                    color: Theme.amber
                    font.pixelSize: Theme.small
                }
            }
        }
    }

    Text {
        id: footer

        anchors { left: parent.left; right: parent.right; bottom: parent.bottom; leftMargin: Theme.gap; rightMargin: Theme.gap; bottomMargin: 8 }
        text: window.processText
        elide: Text.ElideRight
        color: Theme.faint
        font.pixelSize: Theme.small
    }
}
