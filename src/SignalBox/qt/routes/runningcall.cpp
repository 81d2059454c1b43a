// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/runningcall.h>

namespace SignalBox::detail {

thread_local constinit const RunningCall *RunningCall::s_innermost = nullptr;

} // namespace SignalBox::detail
