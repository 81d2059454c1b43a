// SPDX-License-Identifier: MIT
//
// src/manual/porting.md quotes the handler: a signal and Connections, without a registry.
import QtQuick

Item {
    id: page

    signal downloaded(event: var)

    property var shown: []

    function show(event) { page.shown = page.shown.concat([event.name]) }
    function notify() { page.downloaded({ name: "a.txt", size: 2048 }) }

    Connections {
        target: page
        enabled: page.visible
        function onDownloaded(event) {
            if (event.size > 1024)
                page.show(event)
        }
    }
}
