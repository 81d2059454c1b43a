// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox

// A delegate with a handler.
Item {
    id: row

    required property RecordingRegistry modelData
    required property int index

    RegistryHandler {
        registry: row.modelData
        handler: () => row.modelData.seen.push("row " + row.index)
    }
}
