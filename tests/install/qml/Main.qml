// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox

Window {
    id: window

    property int received: 0

    visible: true

    QmlRegistry {
        id: bus
    }
    RegistryHandler {
        registry: bus
        handler: event => { window.received = event.size }
    }

    Component.onCompleted: bus.post({ size: 42 })
}
