// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick
import SignalBox
import Dashboard

// The handlers of one registry in the order of their calls. Up and Down choose one, keys act on it.
Item {
    id: root

    required property Registry registry
    required property Dashboard dashboard
    required property HandlerColumns columns
    property string title
    property int rowHeight: 32
    readonly property int count: table.count
    readonly property int titleHeight: titleText.height

    // Counts anew: all numbers of the model begin with its registry.
    function reset() {
        const row = list.currentIndex;
        table.registry = null;
        table.registry = Qt.binding(() => root.registry);
        list.currentIndex = row;
    }

    implicitHeight: titleHeight + count * rowHeight

    Text {
        id: titleText

        anchors { left: parent.left; leftMargin: 4; top: parent.top }
        text: root.title
        color: Theme.faint
        font { pixelSize: Theme.small; bold: true }
    }

    ListView {
        id: list

        objectName: "list"
        anchors { left: parent.left; right: parent.right; top: titleText.bottom; bottom: parent.bottom }
        activeFocusOnTab: true
        clip: true
        interactive: contentHeight > height
        keyNavigationEnabled: true // also where it is not interactive
        // Rows show which one is chosen. What would move there is not seen, but painted.
        highlightMoveDuration: 0
        highlightResizeDuration: 0
        model: RegistryModel {
            id: table

            registry: root.registry
        }
        delegate: HandlerRow {
            required property int index

            width: ListView.view.width
            height: root.rowHeight
            columns: root.columns
            dashboard: root.dashboard
            isCurrent: ListView.isCurrentItem && list.activeFocus
            onEnabledRequested: enabled => table.setEnabled(index, enabled)
            onPriorityRequested: priority => table.setPriority(index, priority)
            onFailureRequested: root.dashboard.failNext(model.name)
        }

        Accessible.role: Accessible.List
        Accessible.name: root.title
        Keys.onPressed: event => {
            const row = currentItem as HandlerRow;
            if (!row)
                return;
            event.accepted = true;
            if (event.key === Qt.Key_Space || event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
                row.enabledRequested(row.isPaused);
            else if (event.key === Qt.Key_Plus || event.key === Qt.Key_Equal)
                row.priorityRequested(row.model.priority + 10);
            else if (event.key === Qt.Key_Minus)
                row.priorityRequested(row.model.priority - 10);
            else if (event.key === Qt.Key_X)
                row.failureRequested();
            else
                event.accepted = false;
        }
    }
}
