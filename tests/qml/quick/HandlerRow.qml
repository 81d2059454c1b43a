// SPDX-License-Identifier: MIT
import QtQuick

// A delegate that takes every role of a RegistryModel.
Item {
    id: row

    required property var model
    required property var handlerId
    required property string name
    required property int priority
    required property string threadName
    required enabled
    required property int calls
    required property int failures
    required property int dropped
    required property int merged
    required property int waiting
    required property real meanTime
    required property string lastError

    function pause() {
        row.model.enabled = false;
    }

    width: 100
    height: 20
}
