// SPDX-License-Identifier: MIT
#include "coreplugin.h"

#include <SignalBox/GuardSet>

#include <exception>
#include <memory>
#include <string>

#if defined(_WIN32)
#    define PLUGIN_FUNCTION extern "C" __declspec(dllexport)
#else
#    define PLUGIN_FUNCTION extern "C" __attribute__((visibility("default")))
#endif

namespace {

CoreHost *host = nullptr;
std::unique_ptr<SignalBox::GuardSet> guards;

void count(Kind kind)
{
    host->callsOf(kind).fetch_add(1, std::memory_order_relaxed);
}

// Its destructor is this plugin's code, and touches this plugin's data.
class Capture
{
public:
    Capture() { ++s_alive; }
    Capture(const Capture &other) : m_text(other.m_text) { ++s_alive; }
    Capture &operator=(const Capture &) = delete;
    ~Capture()
    {
        m_text.clear();
        --s_alive;
    }
    static int alive() { return s_alive; }

private:
    static inline std::atomic<int> s_alive = 0;
    std::string m_text = std::string(100, 'x');
};

struct alignas(64) OverAligned
{
    void operator()(const Message &) const { count(Kind::OverAligned); }
    std::array<std::byte, 64> bytes{};
};

// Thrown and destroyed while the handler runs: the host keeps none.
class Failure : public std::exception
{
public:
    const char *what() const noexcept override { return "the plugin's own"; }
};

void countCall(const Message &)
{
    count(Kind::FunctionPointer);
}

} // namespace

PLUGIN_FUNCTION void beginPlugin(CoreHost *itsHost)
{
    host = itsHost;
    guards = std::make_unique<SignalBox::GuardSet>();
    auto &messages = *host->messages;
    guards->add(messages.registerGuard([capture = Capture()](const Message &) {
        count(Kind::WithDestructor);
        if (host->inside)
            host->inside();
    }));
    guards->add(messages.registerGuard([](const Message &) { count(Kind::WithoutDestructor); }));
    guards->add(messages.registerGuard(OverAligned()));
    guards->add(messages.registerGuard(&countCall));
    guards->add(messages.registerGuard([capture = Capture()](const Message &) {
        count(Kind::Throwing);
        throw Failure();
    }));
    guards->add(messages.registerGuard([capture = Capture()](const Message &) { count(Kind::Once); }, {.once = true}));
}

PLUGIN_FUNCTION void endPlugin()
{
    guards.reset(); // waits for the calls that other threads are in
    if (Capture::alive() != 0)
        std::terminate();
}
