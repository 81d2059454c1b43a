// SPDX-License-Identifier: MIT
WorkerScript.onMessage = function(message) {
    WorkerScript.sendMessage({ number: message.number, square: message.number * message.number % 1000 })
}
