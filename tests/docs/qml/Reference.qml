// SPDX-License-Identifier: MIT
//
// The examples in the comments of the QML types, each as it stands there.
import QtQuick
import SignalBox

Item {
    id: page

    property var shown: []
    property bool isSaved: false
    property int reloads: 0
    property int shownTogether: 0
    property int shownInAFrame: 0
    property int asked: 0

    function show(event) { page.shown = page.shown.concat([event.name]) }
    function showAll(events, lost) { page.shownTogether += events.length + lost }
    function draw(events) { page.shownInAFrame += events.length }
    function askAndOpen(event) { ++page.asked }
    function save() { page.isSaved = true }
    function reload() { ++page.reloads }
    function notify() { bus.post({ name: "a.txt", size: 2048 }) }

    property HandlerGuard guard: bus.registerGuard(event => page.show(event), { owner: page })
    function hush() { guard.unregister() }

    QmlRegistry {
        id: bus
        name: "downloads"
        onHandlerFailed: failure => console.warn(failure.handlerName, failure.message, failure.fileName, failure.lineNumber)

        RegistryHandler { handler: event => console.log(event.size) }
    }

    EventModel { registry: bus; filter: event => event.level >= 2 }

    RegistryHandler {
        registry: bus
        newest: 1
        every: 100
        handler: event => page.show(event)
    }

    RegistryHandler {
        registry: bus
        priority: 100
        enabled: page.visible
        filter: event => event.size > 1024
        handler: event => page.show(event)
    }
    RegistryHandler {
        registry: bus
        batch: true
        every: 16
        handler: (events, lost) => page.showAll(events, lost)
    }

    RegistryHandler {
        id: perFrame
        registry: bus
        newest: 500
        batch: true
        onDemand: true // qmllint disable
        handler: events => page.draw(events)
    }
    FrameAnimation {
        running: page.Window.visibility !== Window.Hidden
        onTriggered: perFrame.deliver()
    }

    RegistryHandler {
        registry: bus
        nested: SignalBox.Wait
        handler: event => page.askAndOpen(event)
    }

    Item {
        Component.onCompleted: SignalBox.on(bus, event => page.show(event), { priority: 10 })
    }
    RegistryHandler {
        registry: SignalBox.find("downloads")
        handler: event => event.isUrgent ? SignalBox.Stop : SignalBox.Continue
    }

    SignalRegistry {
        id: renamed
        target: page
        signalName: "objectNameChanged"
    }

    RegistryHandler {
        registry: renamed
        newest: 1
        every: 50
        handler: name => console.log(name)
    }

    OsSignals {
        quitOnTermination: true
        watched: [OsSignals.Hangup]
        onTerminated: signal => page.save()
        onReceived: signal => page.reload()
    }

    ListView {
        model: RegistryModel { registry: bus }
        delegate: Text {
            id: row
            required property var model
            required property string name
            required property int priority
            required property real calls
            text: `${priority} ${name}: ${calls} calls`
            TapHandler { onTapped: row.model.enabled = !row.model.enabled }
        }
    }
}
