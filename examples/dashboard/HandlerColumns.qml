// SPDX-License-Identifier: MIT
import QtQml

// The columns of the handlers, from the left. Names and sparklines share what the others leave.
QtObject {
    id: columns

    required property double width
    readonly property int spacing: Theme.px(8)
    readonly property int button: Theme.px(30)
    readonly property int priority: 2 * button + Theme.px(38)
    readonly property int rate: Theme.px(56)
    readonly property int failures: Theme.px(44)
    readonly property int mean: Theme.px(56)
    readonly property int actions: 2 * button + Theme.px(4)

    readonly property double shared: width - priority - rate - failures - mean - actions - 6 * spacing
    readonly property int name: Math.max(Theme.px(78), Math.min(Theme.px(130), Math.round(shared * 0.45)))
    readonly property int sparkline: Math.max(0, Math.floor(shared - name))
}
