// SPDX-License-Identifier: MIT
//
// <SignalBox/AsyncWatch> includes what its example needs: nothing else is included here.
#include <SignalBox/AsyncWatch>

int settingsSeenWithoutOtherHeaders()
{
    int seen = 0;
    QObject window;
    SignalBox::WatchSender<int> sender(0);
    SignalBox::AsyncWatch<int> settings(sender.subscribe());
    settings.onChanged(&window, [&](const int &latest) { seen += latest; }).release();
    settings.changed(&window).then(&window, [](std::optional<int>) {});
    sender.send(5);
    return seen;
}
