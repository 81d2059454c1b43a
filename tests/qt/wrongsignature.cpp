// SPDX-License-Identifier: MIT
//
// Handlers whose signature does not fit: the first error says what is expected. One per compilation, see CMakeLists.txt.
#include <SignalBox/AsyncRegistry>

#include <QtCore/qobject.h>

#include <string>

void misuse(QObject *context)
{
    SignalBox::AsyncRegistry<int> registry;
#if defined(CORRECT)
    registry.registerHandler(context, [](const int &) {});
#elif defined(OTHER_EVENT)
    registry.registerHandler(context, [](const std::string &) {});
#elif defined(OTHER_RESULT)
    registry.registerHandler(context, [](const int &) { return 5; });
#elif defined(WRITABLE_EVENT)
    registry.registerHandler([](int &) {});
#elif defined(NO_EVENT)
    static_cast<void>(registry.registerGuard(context, [] {}));
#endif
}
