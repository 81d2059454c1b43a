// SPDX-License-Identifier: MIT
import QtQml
import SignalBox

// A registry with handlers of equal priority, in it and beside it, that is notified as it is completed.
RecordingRegistry {
    id: registry

    readonly property RegistryHandler free: RegistryHandler {
        registry: registry
        handler: () => registry.seen.push("free")
    }

    RegistryHandler {
        handler: () => registry.seen.push("first")
    }
    RegistryHandler {
        handler: () => registry.seen.push("second")
    }
    RegistryHandler {
        handler: () => registry.seen.push("third")
    }

    Component.onCompleted: post(0)
}
