// SPDX-License-Identifier: MIT
#pragma once

#include "bytes.h"

#include <iterator>
#include <string>

// Bytes to a JavaScript statement: a call of a registry, or an assignment to a RegistryHandler, with any arguments that a
// script can write. The names that it uses are those of the QML file in fuzz_qmlarguments.cpp.
class ScriptGrammar
{
public:
    explicit ScriptGrammar(Bytes &bytes) noexcept : m_bytes(bytes) {}

    std::string statement()
    {
        const std::string registry = m_bytes.isSet() ? "bus" : "other";
        switch (m_bytes.below(17)) {
        case 0: return "root.keep(" + registry + ".registerHandler(" + function() + ", " + options() + "))";
        case 1: return "root.keep(" + registry + ".registerHandler(" + arguments() + "))";
        case 2: return "root.keepGuard(" + registry + ".registerGuard(" + function() + ", " + options() + "))";
        case 3: return "root.keepGuard(" + registry + ".registerGuard(" + arguments() + "))";
        case 4: return "root.keep(SignalBox.on(" + value(2) + ", " + function() + ", " + options() + "))";
        case 5: return "root.keep(SignalBox.on(" + arguments() + "))";
        case 6: return registry + (m_bytes.isSet() ? ".post(" : ".notify(") + value(3) + ")";
        case 7: return registry + ".unregister(" + value(1) + ")";
        case 8: return registry + ".contains(" + value(1) + ")";
        case 9: return registry + ".setEnabled(" + arguments() + ")";
        case 10: return registry + ".setPriority(" + arguments() + ")";
        case 11: return registry + "." + one(methods) + "(" + arguments() + ")";
        case 12: return "root.guard(" + std::to_string(m_bytes.below(4)) + ")." + (m_bytes.isSet() ? "unregister" : "release") + "()";
        case 13:
            m_isAssignment = true;
            return "root.element." + std::string(one(properties)) + " = " + value(2);
        case 14: return "gc()";
        case 15: return "root.element.deliver()";
        default: return "SignalBox.find(" + std::string(m_bytes.isSet() ? "\"bus\"" : "\"nobody\"") + ")";
        }
    }

    // Whether evaluating the statement's arguments may change the registries.
    bool hasSideEffects() const noexcept { return m_hasSideEffects; }
    // Whether it assigns to a property: Qt does so even if a getter throws while it converts the value (6.4).
    bool isAssignment() const noexcept { return m_isAssignment; }

private:
    static constexpr const char *methods[] = {"registerHandler", "registerGuard", "unregister", "contains", "setEnabled",
                                              "setPriority", "notify", "toString", "post", "deliver", "dropPending", "dropAllPending"};
    static constexpr const char *properties[] = {"registry", "priority", "name", "once", "enabled", "newest", "oldest", "key", "match", "every",
                                                 "quietFor", "onDemand", "batch", "filter", "handler", "active", "backlog", "capacity"};
    static constexpr const char *optionNames[] = {"priority", "name", "once", "enabled", "newest", "oldest", "key", "match", "every", "quietFor",
                                                  "onDemand", "batch", "owner", "backlog", "interval", "prio", "0", "__proto__"};

    // The plainest ones first. A symbol is none of them: where Qt converts arguments itself, it crashes on symbols (6.4).
    static constexpr const char *plainValues[] = {
        "undefined", "null", "true", "false", "0", "1", "-1", "1.5", "NaN", "Infinity", "1e10", "2147483648", "-0",
        "\"\"", "\"text\"", "\"\\u0000\\ud800\"", "[]", "{}", "new Date(0)", "/x/", "Object.create(null)",
        "new ArrayBuffer(8)", "new Map([[1, 2]])", "Object.freeze({ size: 1 })", "Qt.rect(1, 2, 3, 4)", "bus", "other",
        "root.owner", "root.element", "root.gone", "SignalBox", "Backlog.Latest", "Backlog", "({ size: 1 })",
        "({ size: () => 1 })", "root.id(0)", "root.id(1)", "root.id(2)", "root.guard(0)", "root.cycle()", "root.deep(200)"};
    static constexpr const char *functions[] = {
        "() => {}", "event => SignalBox.Stop", "event => event", "() => { throw own; }", "() => { throw null; }",
        "function () { return this; }", "function* () { yield 1; }", "class {}", "bus.contains", "Math.max", "(() => {}).bind(null)",
        "() => { root.effect(); }", "() => { root.owner.destroy(); }"};

    template <std::size_t count>
    const char *one(const char *const (&choices)[count])
    {
        return choices[m_bytes.below(count)];
    }

    std::string function()
    {
        return m_bytes.below(4) == 3 ? value(2) : std::string(one(functions));
    }

    std::string options()
    {
        return m_bytes.below(4) == 3 ? value(2) : object(2);
    }

    std::string arguments()
    {
        std::string result;
        for (unsigned left = m_bytes.below(5); left > 0; --left)
            result += (result.empty() ? "" : ", ") + value(2);
        return result;
    }

    std::string value(int depth)
    {
        const unsigned choice = m_bytes.below(12);
        if (choice < 6 || depth == 0)
            return parenthesised(one(plainValues));
        switch (choice) {
        case 6: return std::string("(") + one(functions) + ")";
        case 7: return "[" + value(depth - 1) + ", " + value(depth - 1) + "]";
        case 8: return "new Proxy(" + object(depth - 1) + ", {})";
        case 9: return "new Proxy({}, { " + std::string(one(traps)) + ": () => { throw own; } })";
        case 10: return "({ toString() { throw own; }, valueOf() { throw own; } })";
        default: return object(depth - 1);
        }
    }

    static constexpr const char *traps[] = {"get", "ownKeys", "getOwnPropertyDescriptor", "has", "getPrototypeOf"};

    std::string object(int depth)
    {
        std::string result = "{ ";
        for (unsigned left = m_bytes.below(4); left > 0; --left)
            result += property(depth) + ", ";
        return "(" + result + "})";
    }

    std::string property(int depth)
    {
        const std::string name = one(optionNames);
        switch (m_bytes.below(8)) {
        case 6: return "get [\"" + name + "\"]() { throw own; }";
        case 7:
            m_hasSideEffects = true;
            return "get [\"" + name + "\"]() { root.effect(); return " + value(0) + "; }";
        default: return "[\"" + name + "\"]: " + value(depth > 0 ? depth - 1 : 0);
        }
    }

    static std::string parenthesised(const std::string &text) { return text == "{}" ? "({})" : text; }

    Bytes &m_bytes;
    bool m_hasSideEffects = false;
    bool m_isAssignment = false;
};
