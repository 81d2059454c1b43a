// SPDX-License-Identifier: MIT
#include "versionuser.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/DrainBudget>
#include <SignalBox/HandlerGuard>
#include <SignalBox/SyncRegistry>
#include <SignalBox/core/hazard/asymmetricfence.h>

#include <QtCore/qsemaphore.h>
#include <QtCore/qthread.h>

#include <dlfcn.h>

namespace {

template <class Function>
std::string libraryOf(Function *function)
{
    Dl_info info{};
    if (!dladdr(reinterpret_cast<const void *>(function), &info))
        return "no library";
    const std::string path = info.dli_fname;
    return path.substr(path.rfind('/') + 1);
}

} // namespace

std::string useBothLayers()
{
    int sum = 0;
    {
        SignalBox::SyncRegistry<int> registry;
        const SignalBox::HandlerGuard guard = registry.registerGuard([&sum](const int &value) { sum += value; });
        registry.notify(40);
    }
    {
        SignalBox::AsyncRegistry<int> registry;
        QThread thread;
        thread.start();
        QSemaphore done;
        const SignalBox::HandlerGuard guard = registry.registerGuard(SignalBox::onThread(&thread), [&](const int &value) {
            sum += value;
            done.release();
        });
        registry.post(2);
        done.acquire();
        thread.quit();
        thread.wait();
    }
    if (sum != 42)
        return "wrong sum";
    return libraryOf(&SignalBox::detail::heavyFence) + ' ' + libraryOf(&SignalBox::drainBudget);
}

extern "C" __attribute__((visibility("default"))) const char *useInPlugin()
{
    static const std::string libraries = useBothLayers();
    return libraries.c_str();
}
