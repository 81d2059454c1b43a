// SPDX-License-Identifier: MIT
pragma Singleton

import QtQuick

// Colours and measures, dark or light.
QtObject {
    property bool isDark: true

    readonly property color background: isDark ? "#14171c" : "#f3f4f6"
    readonly property color card: isDark ? "#1c2128" : "#ffffff"
    readonly property color edge: isDark ? "#2a313b" : "#dde1e7"
    readonly property color outline: isDark ? "#4a5463" : "#b4bcc8"
    readonly property color text: isDark ? "#e3e7ed" : "#1f2630"
    readonly property color faint: isDark ? "#98a2b0" : "#5b6572"
    readonly property color accent: isDark ? "#6cb6ff" : "#1769c2"
    readonly property color green: isDark ? "#6fcf97" : "#1f8a54"
    readonly property color violet: isDark ? "#b99cf5" : "#6d45c4"
    readonly property color amber: isDark ? "#f0b463" : "#a86408"
    readonly property color red: isDark ? "#ff8d85" : "#b3261e"

    readonly property int gap: 10
    readonly property int small: 11
    readonly property int medium: 13
    readonly property int large: 20

    // The columns of the handlers.
    readonly property int callsWidth: 52
    readonly property int failuresWidth: 42
    readonly property int meanWidth: 52
    readonly property int actionWidth: 32
}
