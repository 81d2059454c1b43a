// SPDX-License-Identifier: MIT
import QtQml
import SignalBox

// Makes functions that register handlers, and may be called when this object has been unloaded and is still to be deleted.
QtObject {
    id: page

    property var bus: null
    signal ending()

    readonly property QtObject part: QtObject {
        function registration(bus: var): var {
            return event => SignalBox.on(bus, () => bus.seen.push(event));
        }

        Component.onCompleted: {
            if (page.bus)
                registration(page.bus)("part");
        }
        Component.onDestruction: page.ending()
    }

    // As it is called from outside, nothing of this file has to be found by its name, but SignalBox itself.
    function registration(bus: var): var {
        return event => SignalBox.on(bus, () => bus.seen.push(event));
    }

    Component.onCompleted: {
        if (bus)
            registration(bus)("page");
    }
    Component.onDestruction: ending()
}
