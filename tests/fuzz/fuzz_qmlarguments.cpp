// SPDX-License-Identifier: MIT
#include "bytes.h"
#include "scriptgrammar.h"

#include <SignalBox/QmlRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qvariant.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlengine.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

// Bytes to JavaScript that calls registries with any arguments. No call crashes; one that is refused throws a TypeError (or
// what an argument threw itself, or the engine's own error), and has changed no registry.

namespace {

const char *const text = R"(
    import QtQml
    import SignalBox
    QtObject {
        id: root
        property QmlRegistry bus: QmlRegistry { name: "bus" }
        property QmlRegistry other: QmlRegistry {}
        property QtObject owner: QtObject {}
        property QtObject gone: QtObject {}
        property RegistryHandler element: RegistryHandler { registry: root.bus; handler: event => event }
        property var ids: []
        property var guards: []
        readonly property var own: ({ name: "thrown by an argument" })

        function keep(value) { root.ids.push(value); return value; }
        function keepGuard(value) { root.guards.push(value); return value; }
        function id(index) { return root.ids[index]; }
        function guard(index) {
            const found = root.guards[index];
            return found ? found : { unregister() {}, release() {} };
        }
        function cycle() { const object = {}; object.self = object; return object; }
        function deep(levels) {
            let result = {};
            for (let i = 0; i < levels; ++i)
                result = { inner: result };
            return result;
        }
        function effect() {
            if (root.ids.length > 0)
                root.bus.unregister(root.ids[0]);
            root.bus.registerHandler(() => {});
        }
        // Empty, or how it ended.
        function run(statement: string): string {
            try {
                eval(statement);
                return "";
            } catch (error) {
                if (error === root.own)
                    return "own";
                if (error instanceof TypeError)
                    return "TypeError";
                return error instanceof Error ? error.name + ": " + error.message : "something else";
            }
        }
    }
)";

// What Qt's engine itself throws as a plain Error: wrong numbers of arguments, and those that it converts.
bool isOfTheEngine(const std::string &ending)
{
    for (const char *const begin : {"Error: Cannot assign", "Error: Insufficient arguments", "Error: Could not convert argument",
                                    "Error: Unable to determine callable overload", "Error: Unable to handle unregistered"}) {
        if (ending.rfind(begin, 0) == 0)
            return true;
    }
    return false;
}

[[noreturn]] void fail(const std::string &statement, const std::string &problem)
{
    std::fprintf(stderr, "fuzz_qmlarguments: %s\n    %s\n", problem.c_str(), statement.c_str());
    std::abort();
}

struct Program
{
    Program()
    {
        qputenv("QT_NO_GLIB", "1");
        qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) {}); // of scripts, by the thousand
        static int argc = 1;
        static char name[] = "fuzz_qmlarguments";
        static char *argv[] = {name, nullptr};
        static QCoreApplication application(argc, argv);
        engine = std::make_unique<QQmlEngine>();
        component = std::make_unique<QQmlComponent>(engine.get());
        component->setData(text, QUrl(QStringLiteral("fuzz.qml")));
        if (!component->isReady())
            fail(text, component->errorString().toStdString());
    }

    std::unique_ptr<QQmlEngine> engine;
    std::unique_ptr<QQmlComponent> component;
};

class Registries
{
public:
    explicit Registries(QObject &root)
        : m_bus(root.property("bus").value<SignalBox::QmlRegistry *>()),
          m_other(root.property("other").value<SignalBox::QmlRegistry *>())
    {
        for (SignalBox::QmlRegistry *registry : {m_bus, m_other})
            registry->onException([](const SignalBox::ExceptionInfo &) {});
        // So that events are converted, too.
        m_bus->registerHandler([](const QVariant &) {}, {.name = QStringLiteral("C++")});
    }

    // All that can be seen of their handlers.
    std::string describe() const
    {
        std::string result;
        for (const SignalBox::QmlRegistry *registry : {m_bus, m_other}) {
            for (const SignalBox::AsyncHandlerInfo &row : registry->handlers()) {
                result += row.id.toString() + ' ' + std::to_string(row.priority) + ' ' + row.name
                    + (row.enabled ? "\n" : " paused\n");
            }
            result += "--\n";
        }
        return result;
    }

private:
    SignalBox::QmlRegistry *m_bus;
    SignalBox::QmlRegistry *m_other;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static Program program;
    Bytes bytes(data, size);
    const std::unique_ptr<QObject> root(program.component->create());
    if (!root)
        fail(text, program.component->errorString().toStdString());
    delete root->property("gone").value<QObject *>();
    const Registries registries(*root);
    for (int i = 0; i < 20 && !bytes.isEmpty(); ++i) {
        ScriptGrammar grammar(bytes);
        const std::string statement = grammar.statement();
        const std::string before = registries.describe();
        QString ending;
        // The names that statements use without a prefix are found through the scope of the file's own object.
        if (!QMetaObject::invokeMethod(root.get(), "run", Q_RETURN_ARG(QString, ending),
                                       Q_ARG(QString, QString::fromStdString(statement))))
            fail(statement, "cannot be run");
        const std::string how = ending.toStdString();
        if (!how.empty() && how != "own" && how != "TypeError" && !isOfTheEngine(how))
            fail(statement, how);
        const bool mayHaveChanged = grammar.hasSideEffects() || (grammar.isAssignment() && how == "own");
        if (!how.empty() && !mayHaveChanged && registries.describe() != before)
            fail(statement, how + ", and has changed a registry:\n" + before + "now\n" + registries.describe());
        if (std::getenv("FUZZ_PRINTS_STATEMENTS"))
            std::fprintf(stderr, "%s -> %s\n", statement.c_str(), how.c_str());
        QCoreApplication::processEvents();
    }
    return 0;
}
