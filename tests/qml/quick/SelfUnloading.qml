// SPDX-License-Identifier: MIT
import QtQuick
import SignalBox

// An item whose handler has it unloaded.
Item {
    id: item

    required property RecordingRegistry bus
    required property Loader loader

    RegistryHandler {
        registry: item.bus
        handler: event => {
            const seen = item.bus.seen;
            seen.push("before " + event);
            item.loader.source = "";
            seen.push("after " + event);
        }
    }
}
