// SPDX-License-Identifier: MIT
import QtQml
import SignalBox

// A registry with handlers inside, and an ordinary connection that listens too.
QmlRegistry {
    id: registry

    property var seen: []
    property Connections connections: Connections {
        function onNotified(event: var) {
            registry.seen.push("signal " + event);
        }
        target: registry
    }

    RegistryHandler {
        handler: event => registry.seen.push("late " + event)
    }
    RegistryHandler {
        priority: 1
        handler: event => registry.seen.push("early " + event)
    }
}
