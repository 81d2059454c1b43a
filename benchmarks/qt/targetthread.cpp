// SPDX-License-Identifier: MIT
#include "targetthread.h"

#include "threadtime.h"

namespace SignalBoxBenchmark {

TargetThread::TargetThread(int cpuIndex)
{
    availableCpuCount(); // before anything is pinned
    m_context.moveToThread(&m_thread);
    m_thread.start();
    run([this, cpuIndex] { m_pin.emplace(cpuIndex); });
}

TargetThread::~TargetThread()
{
    run([this] { m_pin.reset(); });
    m_thread.quit();
    m_thread.wait();
}

Blockade::Blockade(TargetThread &target)
{
    QMetaObject::invokeMethod(
            target.context(),
            [this] {
                m_hasEntered.release();
                m_mayLeave.acquire();
                m_threadTimeAtRelease = threadTime();
                m_hasLeft.release();
            },
            Qt::QueuedConnection);
    m_hasEntered.acquire();
}

void Blockade::release()
{
    if (std::exchange(m_isReleased, true))
        return;
    m_mayLeave.release();
    m_hasLeft.acquire();
}

} // namespace SignalBoxBenchmark
