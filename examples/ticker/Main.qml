// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Window
import SignalBox
import Ticker

Window {
    id: window

    required property Ticker ticker

    readonly property list<real> shares: [0.3, 0.24, 0.22, 0.24] // of the width, per column
    property var biggest: null // the quote that has moved most
    property int sortColumn: 2
    property bool isDescending: true

    function sortBy(column: int): void {
        isDescending = column === sortColumn ? !isDescending : column !== 0;
        sortColumn = column;
        ticker.sort(column, isDescending ? Qt.DescendingOrder : Qt.AscendingOrder);
    }

    width: 860
    height: 620
    minimumWidth: 780
    visible: true
    title: "Ticker"
    color: "#14171c"

    // A handler of QML beside the model, which is one of C++: four times a second is enough for it.
    // The ways that a comparison runs have no registry.
    Instantiator {
        active: window.ticker.registry !== null
        delegate: RegistryHandler {
            registry: window.ticker.registry
            name: "biggest move"
            filter: quote => window.biggest === null || Math.abs(quote.change) > Math.abs(window.biggest.change)
            newest: 1
            every: 250
            handler: quote => { window.biggest = { symbol: quote.symbol, change: quote.change } }
        }
    }

    component Cell: Rectangle {
        id: cell

        required property var display
        required property int row
        required property int column
        required property var model // whose roles are not the same for all ways
        property var last: undefined
        property bool rises: false

        implicitWidth: window.widthOf(column)
        implicitHeight: 24
        color: row % 2 ? "#181c22" : "#14171c"

        // What is used for another row has not changed.
        TableView.onReused: { flash.stop(); light.opacity = 0; last = display }
        Component.onCompleted: last = display
        onDisplayChanged: {
            if (column === 1 && last !== undefined && display !== last) {
                rises = display > last;
                flash.restart();
            }
            last = display;
        }

        Rectangle {
            id: light

            anchors.fill: parent
            color: cell.rises ? "#1f8a54" : "#b3261e"
            opacity: 0
            NumberAnimation { id: flash; target: light; property: "opacity"; from: 0.5; to: 0; duration: 400 }
        }
        Text {
            anchors { fill: parent; leftMargin: 10; rightMargin: 10 }
            verticalAlignment: Text.AlignVCenter
            horizontalAlignment: cell.column === 0 ? Text.AlignLeft : Text.AlignRight
            font { pixelSize: 13; bold: cell.column === 0 }
            color: cell.model.foreground ?? "#e3e7ed"
            text: cell.column === 0 ? cell.display
                : cell.column === 1 ? Number(cell.display).toFixed(2)
                : cell.column === 2 ? (cell.display < 0 ? "" : "+") + Number(cell.display).toFixed(2) + " %"
                : window.grouped(cell.display)
        }
    }

    component Reading: Column {
        property alias title: name.text
        property alias value: number.text

        spacing: 2
        Text { id: name; color: "#98a2b0"; font.pixelSize: 11 }
        Text { id: number; color: "#e3e7ed"; font { pixelSize: 18; family: "monospace" } }
    }

    function widthOf(column: int): real {
        return Math.floor((shares[column] ?? 0.25) * table.width);
    }

    function grouped(value: double): string {
        return Number(value).toLocaleString(Qt.locale("en_US"), "f", 0);
    }

    Row {
        id: head

        anchors { left: parent.left; top: parent.top; margins: 16 }
        spacing: 20
        Reading { width: 120; title: "sent"; value: window.grouped(window.ticker.sent) }
        Reading { width: 120; title: "rows changed"; value: window.grouped(window.ticker.shown) }
        Reading { width: 90; title: "longest frame"; value: window.ticker.longestFrame.toFixed(0) + " ms" }
        Reading {
            width: 150
            title: "biggest move (QML)"
            value: window.biggest ? window.biggest.symbol + " " + window.biggest.change.toFixed(1) + " %" : "-"
        }
        Column {
            spacing: 4
            Text { color: "#98a2b0"; font.pixelSize: 11; text: "quotes per second: " + window.grouped(window.ticker.rate) }
            Row {
                spacing: 4
                Repeater {
                    model: [0, 1000, 10000, 100000, 1000000]
                    Rectangle {
                        id: choice

                        required property int modelData

                        width: 46
                        height: 24
                        radius: 4
                        color: window.ticker.rate === modelData ? "#1769c2" : area.containsMouse ? "#2a313b" : "#1c2128"
                        border.color: "#4a5463"
                        Text {
                            anchors.centerIn: parent
                            color: "#e3e7ed"
                            font.pixelSize: 12
                            text: choice.modelData >= 1000000 ? "1 M" : choice.modelData >= 1000 ? choice.modelData / 1000 + " k" : "stop"
                        }
                        MouseArea {
                            id: area

                            anchors.fill: parent
                            hoverEnabled: true
                            onClicked: window.ticker.rate = choice.modelData
                        }
                    }
                }
            }
        }
    }

    Rectangle {
        id: search

        anchors { left: table.left; right: table.right; top: head.bottom; topMargin: 12 }
        height: 26
        radius: 4
        color: "#1c2128"
        border.color: input.activeFocus ? "#1769c2" : "#4a5463"
        TextInput {
            id: input

            anchors { fill: parent; leftMargin: 10; rightMargin: 10 }
            verticalAlignment: TextInput.AlignVCenter
            color: "#e3e7ed"
            font.pixelSize: 13
            clip: true
            onTextChanged: window.ticker.setFilter(text)
        }
        Text {
            anchors { fill: input }
            verticalAlignment: Text.AlignVCenter
            color: "#98a2b0"
            font.pixelSize: 13
            text: "filter: part of a symbol"
            visible: input.text === ""
        }
    }

    Row {
        id: titles

        anchors { left: table.left; top: search.bottom; topMargin: 12 }
        Repeater {
            model: ["symbol", "price", "change", "volume"]
            Text {
                id: title

                required property string modelData
                required property int index

                width: window.widthOf(index)
                leftPadding: 10
                rightPadding: 10
                horizontalAlignment: index === 0 ? Text.AlignLeft : Text.AlignRight
                color: index === window.sortColumn ? "#e3e7ed" : "#98a2b0"
                font.pixelSize: 12
                text: modelData + (index === window.sortColumn ? (window.isDescending ? " ▼" : " ▲") : "")

                TapHandler { onTapped: window.sortBy(title.index) }
            }
        }
    }

    TableView {
        id: table

        anchors { left: parent.left; right: parent.right; top: titles.bottom; bottom: parent.bottom; margins: 16; topMargin: 6 }
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: window.ticker.model
        onWidthChanged: forceLayout()
        columnWidthProvider: column => window.widthOf(column)
        rowHeightProvider: () => 24
        delegate: Cell {}
    }
}
