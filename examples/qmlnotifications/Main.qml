// SPDX-License-Identifier: MIT
// A notification centre, by Tab and Space too. Qt's runner shows it as well: /usr/lib/qt6/bin/qml -I <SignalBox's QML directory> Main.qml
import QtQuick
import SignalBox

Window {
    id: window

    property int notified: 0
    readonly property int shown: notes.count
    property HandlerGuard quiet: null

    function toggleQuiet() {
        if (quiet)
            quiet.unregister();
        // While its guard is kept, this handler holds back from all below it what is no alarm.
        quiet = quiet ? null : bus.registerGuard(note => note.level < 3 ? SignalBox.Stop : SignalBox.Continue, { priority: 50, name: "quiet" });
    }

    width: 520; height: 320; visible: true; color: "#1d2129"; title: "Notifications"

    QmlRegistry {
        id: bus

        name: "notifications"
        onHandlerFailed: failure => console.warn(failure.handlerName, failure.message)

        RegistryHandler { // hears first, also of what is held back
            priority: 100
            handler: () => ++window.notified
        }
        RegistryHandler {
            handler: note => notes.insert(0, note)
        }
        RegistryHandler { // last, for alarms only, and only while there is something to see
            priority: -100
            enabled: window.visible
            match: ({ level: 3 })
            handler: () => flash.restart()
        }
    }
    ListModel { id: notes }

    component Key: Rectangle {
        id: key
        property alias text: label.text
        signal pressed()
        width: label.width + 24; height: 34; radius: 4; activeFocusOnTab: true
        color: "#3a4252"; border { width: 2; color: activeFocus ? "#7fb0ff" : "transparent" }
        Keys.onSpacePressed: pressed()
        TapHandler { onTapped: key.pressed() }
        Text { id: label; anchors.centerIn: parent; color: "white"; font.pixelSize: 15 }
    }
    component Note: Rectangle {
        required property int level
        required property string text
        width: ListView.view.width; height: 36; radius: 4; color: ["#2f6f4f", "#8a6414", "#a3322a"][level - 1]
        Text { x: 12; anchors.verticalCenter: parent.verticalCenter; text: parent.text; color: "white"; font.pixelSize: 15 }
    }
    Row {
        id: keys
        x: 12; y: 12; spacing: 8
        Key { text: "Info"; focus: true; onPressed: bus.post({ level: 1, text: "The document was saved" }) }
        Key { text: "Warning"; onPressed: bus.post({ level: 2, text: "The disk is almost full" }) }
        Key { text: "Alarm"; onPressed: bus.post({ level: 3, text: "The disk does not answer" }) }
        Key { text: window.quiet ? "Hear all" : "Alarms only"; onPressed: window.toggleQuiet() }
        Text { y: 8; text: window.notified + " notified, " + window.shown + " shown"; color: "#b4bdcc"; font.pixelSize: 15 }
    }
    ListView {
        anchors { fill: parent; margins: 12; topMargin: 58 }
        clip: true; spacing: 6; model: notes
        delegate: Note { }
    }
    Rectangle { id: cover; anchors.fill: parent; color: "#a3322a"; opacity: 0 }
    NumberAnimation { id: flash; target: cover; property: "opacity"; from: 0.5; to: 0; duration: 400 }

    Component.onCompleted: bus.post({ level: 1, text: "Welcome" })
}
