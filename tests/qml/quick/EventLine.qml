// SPDX-License-Identifier: MIT
import QtQuick

Text {
    required property int index
    required property string symbol
    required property int price

    text: symbol + "=" + price
}
