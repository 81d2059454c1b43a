// SPDX-License-Identifier: MIT
import QtQuick

// The same in an item.
Item {
    id: root

    property var bus: null
    readonly property LateRegistration page: LateRegistration {
        bus: root.bus
    }
}
