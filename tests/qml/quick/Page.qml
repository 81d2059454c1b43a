// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox

// An item with a handler element and a registered function, both of which end with it.
Item {
    id: page

    required property RecordingRegistry bus
    property string title: "page"

    RegistryHandler {
        registry: page.bus
        handler: () => page.bus.seen.push("element of " + page.title)
    }

    Component.onCompleted: bus.registerHandler(() => page.bus.seen.push("function of " + page.title), { owner: page })
}
