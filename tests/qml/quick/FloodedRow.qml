// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox

// An item with handlers of every kind for a registry under load; each call uses names of this file, which are gone with it.
Item {
    id: row

    readonly property Registry registry: SignalBox.find("flooded")
    readonly property RecordingRegistry record: SignalBox.find("flood record") as RecordingRegistry
    readonly property int one: 1

    function count() {
        row.record.seen[0] += row.one;
    }

    width: 100
    height: 20

    Component.onCompleted: SignalBox.on(row.registry, () => row.count(), { newest: 1 })

    RegistryHandler {
        registry: row.registry
        handler: () => row.count()
    }
    RegistryHandler {
        registry: row.registry
        newest: 1
        handler: () => row.count()
    }
    RegistryHandler {
        registry: row.registry
        oldest: 8
        match: ({ unit: "m" })
        filter: event => event.value > 0
        handler: () => row.count()
    }
    RegistryHandler {
        registry: row.registry
        newest: 1
        every: 1
        handler: () => row.count()
    }
    RegistryHandler {
        registry: row.registry
        newest: 1
        quietFor: 1
        handler: () => row.count()
    }
}
