// SPDX-License-Identifier: MIT
pragma Singleton

import QtQuick

// Colours and measures. Light or dark, and the font, are those of the system unless another is chosen.
QtObject {
    id: theme

    readonly property list<string> schemes: ["System", "Light", "Dark"]
    property int scheme: 0
    readonly property bool isDark: scheme === 2 || (scheme === 0 && systemPalette.window.hslLightness < 0.5)

    readonly property SystemPalette systemPalette: SystemPalette {}
    readonly property Text systemText: Text {}

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

    readonly property int medium: systemText.fontInfo.pixelSize
    readonly property int small: px(11)
    readonly property int large: px(16)
    readonly property int gap: px(10)

    // A length that grows with the font, given for one of 13 pixels.
    function px(length: double): int {
        return Math.round(length * medium / 13);
    }
}
