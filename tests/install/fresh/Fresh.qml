import QtQuick
import SignalBox

Window {
    width: 320; height: 120; visible: true; title: "SignalBox"

    QmlRegistry {
        id: bus

        name: "downloads"
        onHandlerFailed: failure => console.log(failure.handlerName, "failed in line", failure.lineNumber + ":", failure.message)

        RegistryHandler { // higher priorities first
            priority: 100
            handler: event => console.log("log", event.name)
        }
        RegistryHandler { // only for what is large
            filter: event => event.size > 1024
            handler: event => { label.text = event.name }
        }
        RegistryHandler {
            name: "backup"
            handler: () => { throw new Error("disk full") }
        }
    }
    Text {
        id: label
        anchors.centerIn: parent
        onTextChanged: console.log("show", label.text)
    }
    Component.onCompleted: bus.post({ name: "a.txt", size: 2048 })
}

// SPDX-License-Identifier: MIT
// At the end, since what this prints has the number of a line.
