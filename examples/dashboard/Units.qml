// SPDX-License-Identifier: MIT
pragma Singleton

import QtQuick

// Quantities as text.
QtObject {
    readonly property list<string> prefixes: ["", "k", "M", "G", "T"]

    // Three digits and the prefix of the unit: "1.25 M", "320 ".
    function scaled(value: double): string {
        let prefix = 0;
        while (value >= 999.5 && prefix + 1 < prefixes.length) {
            value /= 1000;
            ++prefix;
        }
        const digits = prefix === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        return value.toFixed(digits) + " " + prefixes[prefix];
    }

    function bytes(value: double): string {
        return scaled(value) + "B";
    }

    function count(value: double): string {
        return scaled(value).trim();
    }

    // As scaled(), without decimals that say nothing: for the ends of axes.
    function round(value: double): string {
        return scaled(value).replace(/\.0+ /, " ").trim();
    }

    function milliseconds(value: double): string {
        return value.toFixed(value > 0 && value < 9.95 ? 1 : 0) + " ms";
    }

    // A short time, given in milliseconds.
    function duration(value: double): string {
        if (value >= 0.9995)
            return milliseconds(value);
        const microseconds = value * 1000;
        return microseconds >= 0.9995 ? microseconds.toFixed(microseconds < 9.95 ? 1 : 0) + " µs"
                                      : Math.round(value * 1e6) + " ns";
    }
}
