// SPDX-License-Identifier: MIT
#include "asyncworld.h"
#include "bytes.h"

#include <SignalBox/DrainBudget>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthreadpool.h>

#include <chrono>
#include <cstdint>

// Bytes to operations on two AsyncRegistries by three threads, of which one at a time runs. The bytes decide which, and
// for how many turns of its event loop; with a drain budget of zero a turn delivers one event or two.
//
// Left out, since a thread of the library's own takes part, whose order no input can decide: deadlines, and handlers that
// return futures. Pool handlers run beside the current thread, and have ended before the next operation.

using SignalBox::Backlog;

namespace {

constexpr int longestSequence = 120;

// Timed ones are due at once, or not as long as the target runs.
Backlog backlogOf(unsigned byte)
{
    switch (byte % 10) {
    case 1: return Backlog::newest();
    case 2: return Backlog::newest(1);
    case 3: return Backlog::newest(3);
    case 4: return Backlog::oldest(2);
    case 5: return Backlog::throttled(0);
    case 6: return Backlog::throttled(std::chrono::hours(1));
    case 7: return Backlog::debounced(0);
    case 8: return Backlog::debounced(std::chrono::hours(1));
    default: return Backlog::all();
    }
}

AsyncWorld::Registration readRegistration(Bytes &bytes)
{
    const unsigned flags = bytes.byte();
    AsyncWorld::Registration result{.registry = flags & 1U, .kind = static_cast<TargetKind>((flags >> 1U) & 3U),
                                    .target = 0, .options = {}, .action = Action::Nothing, .argument = 0};
    result.options.once = (flags & 8U) != 0;
    result.options.enabled = (flags & 16U) == 0;
    result.options.delivery = (flags & 32U) != 0 ? SignalBox::Delivery::Queued : SignalBox::Delivery::Auto;
    result.options.priority = static_cast<int>((flags >> 6U) & 3U);
    const unsigned target = bytes.byte();
    result.target = result.kind == TargetKind::Context ? target % contextCount : target % placeCount;
    result.options.backlog = backlogOf(target / 4U);
    result.action = static_cast<Action>(bytes.below(actionCount));
    result.argument = bytes.byte();
    return result;
}

void performOne(AsyncWorld &world, Bytes &bytes)
{
    const unsigned operation = bytes.byte();
    const unsigned place = operation / 32U % placeCount;
    const auto at = [&](auto function) { world.performAt(place, function); };
    switch (operation % 32U) {
    case 0: case 1: case 2: case 3: {
        const auto registration = readRegistration(bytes);
        at([&] { world.registerHandler(registration); });
        break;
    }
    case 4: case 5: case 6: {
        const unsigned argument = bytes.byte();
        at([&] {
            for (unsigned left = argument / 2U % 8U + 1; left > 0; --left)
                world.send(argument % 2U, AsyncWorld::How::Post);
        });
        break;
    }
    case 7: case 8: {
        const unsigned registry = bytes.below(2);
        at([&] { world.send(registry, AsyncWorld::How::Notify); });
        break;
    }
    case 9: case 10: {
        const unsigned registry = bytes.below(2);
        at([&] { world.send(registry, AsyncWorld::How::NotifySequentially); });
        break;
    }
    case 11: {
        const unsigned argument = bytes.byte();
        at([&] { world.askForNext(argument % 2U, argument / 2U % contextCount); });
        break;
    }
    case 12: {
        const unsigned argument = bytes.byte();
        at([&] { world.cancel(argument); });
        break;
    }
    case 13: case 14: {
        const unsigned argument = bytes.byte();
        at([&] { world.unregister(argument); });
        break;
    }
    case 15: {
        const unsigned argument = bytes.byte();
        at([&] { world.unregisterAndWait(argument); });
        break;
    }
    case 16: case 17: {
        const unsigned argument = bytes.byte();
        at([&] { world.setEnabled(argument / 2U, argument % 2U != 0); });
        break;
    }
    case 18: {
        const unsigned argument = bytes.byte();
        at([&] { world.setPriority(argument / 4U, static_cast<int>(argument % 4U)); });
        break;
    }
    case 19: world.clear(bytes.below(registryCount)); break;
    case 20: world.recreateRegistry(bytes.below(registryCount)); break;
    case 21: world.deleteContext(bytes.below(contextCount)); break;
    case 22: world.makeContext(bytes.below(contextCount)); break;
    case 23: case 24: {
        const unsigned argument = bytes.byte();
        world.moveContext(argument % contextCount, argument / contextCount % placeCount);
        break;
    }
    case 25: world.finishThread(place); break;
    case 26: world.startThread(place); break;
    case 27:
        SignalBox::setDrainBudget(bytes.isSet() ? std::chrono::microseconds(std::chrono::hours(1)) : std::chrono::microseconds(0));
        break;
    default:
        for (unsigned turns = bytes.below(4) + 1; turns > 0; --turns)
            world.turnAt(place);
        break;
    }
    world.settle();
}

struct Program
{
    Program()
    {
        qputenv("QT_NO_GLIB", "1"); // one dispatcher, with nothing of the system's in its order
        static int argc = 1;
        static char name[] = "fuzz_asyncregistry";
        static char *argv[] = {name, nullptr};
        static QCoreApplication application(argc, argv);
        pool.setMaxThreadCount(1);
        pool.setExpiryTimeout(-1);
    }

    QThreadPool pool;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static Program program;
    Bytes bytes(data, size);
    SignalBox::setDrainBudget(std::chrono::microseconds(0));
    AsyncWorld world(program.pool);
    for (int i = 0; i < longestSequence && !bytes.isEmpty(); ++i)
        performOne(world, bytes);
    return 0;
}
