// SPDX-License-Identifier: MIT
#include "hooks.h"
#include "recorder.h"

#include <QtCore/qglobal.h>

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace SignalBox::Doctor {

namespace {

// Programs that this one starts find the environment that it was started with, without the doctor.
void restoreEnvironment()
{
    if (const char *preload = std::getenv(preloadVariable))
        setenv("LD_PRELOAD", preload, 1);
    else
        unsetenv("LD_PRELOAD");
    unsetenv(preloadVariable);
    unsetenv(descriptorVariable);
}

Record *mapRecord()
{
    const char *text = std::getenv(descriptorVariable);
    if (!text)
        return nullptr;
    const int descriptor = std::atoi(text);
    restoreEnvironment();
    void *memory = mmap(nullptr, sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (memory == MAP_FAILED)
        return nullptr;
    auto *mapped = static_cast<Record *>(memory);
    return mapped->version == recordVersion ? mapped : nullptr;
}

[[gnu::constructor]] void start()
{
    Record *mapped = mapRecord();
    if (!mapped)
        return;
    mapped->pid.store(std::uint32_t(getpid()), std::memory_order_relaxed);
    std::strncpy(mapped->qtVersion, qVersion(), sizeof mapped->qtVersion - 1);
    if (std::strcmp(qVersion(), QT_VERSION_STR) != 0) {
        mapped->state.store(State::OtherQt, std::memory_order_release);
        return;
    }
    // The memory is shared with a child that is forked, too.
    pthread_atfork(nullptr, nullptr, [] { record = nullptr; });
    record = mapped;
    if (!setHooks()) {
        record = nullptr;
        mapped->state.store(State::UnknownCode, std::memory_order_release);
        return;
    }
    mapped->state.store(State::Recording, std::memory_order_release);
}

} // namespace

} // namespace SignalBox::Doctor
