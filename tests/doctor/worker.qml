// SPDX-License-Identifier: MIT
// Eight scripts on their thread, which answer a thousand messages each; then it says what was, and ends with a code of its own.
import QtQml
import QtQml.Models
import QtQml.WorkerScript
import QtQuick.Window

Window {
    id: root
    visible: true

    property int answers: 0
    property int sum: 0
    property Instantiator workers: Instantiator {
        model: 8
        WorkerScript {
            source: "worker.mjs"
            onMessage: message => {
                root.sum += message.square
                ++root.answers
                if (message.number < 999)
                    sendMessage({ number: message.number + 1 })
                if (root.answers === 8000) {
                    console.log("answers:", root.answers, "sum:", root.sum)
                    Qt.callLater(() => Qt.exit(4))
                }
            }
            Component.onCompleted: sendMessage({ number: 0 })
        }
    }
}
