// SPDX-License-Identifier: MIT
import QtQuick

ListView {
    width: 100
    height: 100
    reuseItems: true
    model: 100
    delegate: RecycledRow {
    }
}
