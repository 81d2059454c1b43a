// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox

// A delegate that its view may use again for another row.
Item {
    id: row

    required property int index
    readonly property RecordingRegistry bus: SignalBox.find("ownership") as RecordingRegistry

    width: 100
    height: 20

    RegistryHandler {
        registry: row.bus
        handler: () => row.bus.seen.push("row " + row.index)
    }
}
