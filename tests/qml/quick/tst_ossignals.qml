// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import SignalBox

TestCase {
    id: testCase

    property var seen: []

    name: "OsSignals"

    OsSignals {
        id: osSignals

        onReceived: signal => testCase.seen.push(signal)
    }

    function test_itIsIdleUnlessAsked() {
        verify(!osSignals.quitOnTermination);
        compare(osSignals.watched.length, 0);
    }

    function test_namesAreNumbers() {
        if (!osSignals.supported)
            skip("no POSIX signals here");
        compare([OsSignals.Hangup, OsSignals.Interrupt, OsSignals.Quit, OsSignals.Terminate], [1, 2, 3, 15]);
        verify(OsSignals.User1 > 0 && OsSignals.User2 > 0);
    }

    function test_signalsThatCannotBeCaughtAreRefused() {
        if (!osSignals.supported)
            skip("no POSIX signals here");
        ignoreWarning(/SIGKILL/);
        osSignals.watched = [9];
        osSignals.watched = [];
        compare(seen, []);
    }
}
