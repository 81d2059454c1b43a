// SPDX-License-Identifier: MIT
//
// benchmark-core: SignalBox and its peers doing the same work in one process.
#include "program.h"
#include "questions.h"

using namespace SignalBoxBenchmark;

int main(int argc, char **argv)
{
    return runBenchmarks(argc, argv, "benchmark-core", [] {
        registerNotifyByHandlerCount();
        registerNotifyByThreads();
        registerNotifyUnderChurn();
        registerRegisterAndUnregister();
        registerFenceCost();
        registerPromptDestruction();
        registerGuards();
        registerAllocationsPerNotify();
        registerSingleOperations();
    });
}
