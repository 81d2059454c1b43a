// SPDX-License-Identifier: MIT
//
// src/manual/porting.md quotes the handler: the same with a registry.
import QtQuick
import SignalBox

Item {
    id: page

    property var shown: []

    function show(event) { page.shown = page.shown.concat([event.name]) }
    function notify() { bus.post({ name: "a.txt", size: 2048 }) }

    QmlRegistry { id: bus }

    RegistryHandler {
        registry: bus
        enabled: page.visible
        filter: event => event.size > 1024
        handler: event => page.show(event)
    }
}
