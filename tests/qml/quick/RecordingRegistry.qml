// SPDX-License-Identifier: MIT
import SignalBox

// A registry whose handlers leave what they saw.
QmlRegistry {
    property var seen: []
}
