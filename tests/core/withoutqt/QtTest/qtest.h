// SPDX-License-Identifier: MIT
#pragma once

#include <any>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// What Core's tests use of Qt Test, for systems without Qt: they are the same programs there. The arguments of a program are
// the names of the functions to run; without any it runs all. listslots.cmake does what moc does.

class QObject
{
public:
    virtual ~QObject() = default;
};

namespace QTest {

// A function of a test, and the one that makes its rows, or null.
struct Slot
{
    const char *name;
    void (*run)(QObject &test);
    void (*makeRows)(QObject &test);
};

struct Row
{
    std::string name;
    std::vector<std::any> values;

    template <class T>
    Row &operator<<(T value)
    {
        values.emplace_back(std::move(value));
        return *this;
    }
};

struct State
{
    std::vector<std::string> columns;
    std::vector<Row> rows;
    const Row *row = nullptr;
    bool hasFailed = false;
};
inline State state;

template <class T>
void addColumn(const char *name)
{
    state.columns.emplace_back(name);
}

inline Row &newRow(const char *name)
{
    return state.rows.emplace_back(Row{name, {}});
}

template <class... Arguments>
Row &addRow(const char *format, Arguments... arguments)
{
    char name[256];
    std::snprintf(name, sizeof name, format, arguments...);
    return newRow(name);
}

template <class T>
T fetch(std::string_view column)
{
    for (std::size_t i = 0; i < state.columns.size(); ++i) {
        if (state.columns[i] == column)
            return std::any_cast<T>(state.row->values.at(i));
    }
    std::fprintf(stderr, "no column of that name\n");
    std::terminate();
}

// False, so that callers can return.
inline bool fail(const char *what, const char *file, int line)
{
    state.hasFailed = true;
    std::fprintf(stderr, "%s:%d: FAIL: %s\n", file, line, what);
    return false;
}

inline bool verify(bool isTrue, const char *what, const char *file, int line)
{
    return isTrue || fail(what, file, line);
}

template <class A, class B>
bool compare(const A &actual, const B &expected, const char *what, const char *file, int line)
{
    if constexpr (std::is_convertible_v<const A &, const char *> && std::is_convertible_v<const B &, const char *>) {
        return std::strcmp(actual, expected) == 0 || fail(what, file, line);
    } else {
        if (actual == expected)
            return true;
        if constexpr (std::is_integral_v<A> && std::is_integral_v<B>)
            std::fprintf(stderr, "%lld, not %lld: ", static_cast<long long>(actual), static_cast<long long>(expected));
        return fail(what, file, line);
    }
}

// Whether `call` throws an Exception.
template <class Exception, class Call>
bool throws(Call call, const char *what, const char *file, int line)
{
    try {
        call();
    } catch (const Exception &) {
        return true;
    }
    return fail(what, file, line);
}

inline void runIfPresent(QObject &test, const Slot *slots, std::string_view name)
{
    for (const Slot *slot = slots; slot->name; ++slot) {
        if (slot->name == name)
            slot->run(test);
    }
}

inline void runRow(QObject &test, const Slot *slots, const Slot &slot, const Row *row)
{
    std::fprintf(stderr, "RUN  %s(%s)\n", slot.name, row ? row->name.c_str() : "");
    state.row = row;
    runIfPresent(test, slots, "init");
    slot.run(test);
    runIfPresent(test, slots, "cleanup");
}

inline int run(QObject &test, const Slot *slots, int argumentCount, char **arguments)
{
    int count = 0;
    for (const Slot *slot = slots; slot->name; ++slot) {
        const std::string_view name = slot->name;
        if (name == "init" || name == "cleanup")
            continue;
        bool isWanted = argumentCount < 2;
        for (int i = 1; i < argumentCount; ++i)
            isWanted = isWanted || arguments[i] == name;
        if (!isWanted)
            continue;
        ++count;
        state.columns.clear();
        state.rows.clear();
        if (!slot->makeRows) {
            runRow(test, slots, *slot, nullptr);
            continue;
        }
        slot->makeRows(test);
        for (const Row &row : std::vector<Row>(state.rows))
            runRow(test, slots, *slot, &row);
    }
    std::fprintf(stderr, "%d functions run%s\n", count, state.hasFailed ? ", with failures" : "");
    return state.hasFailed || count == 0;
}

} // namespace QTest

#define Q_OBJECT \
public: \
    static const QTest::Slot testSlots[]; \
\
private:
#define Q_SLOTS
#define QTEST_APPLESS_MAIN(Test) \
    int main(int argumentCount, char **arguments) \
    { \
        Test test; \
        return QTest::run(test, Test::testSlots, argumentCount, arguments); \
    }
#define QTEST_GUILESS_MAIN(Test) QTEST_APPLESS_MAIN(Test)

#define QFETCH(Type, name) Type name = QTest::fetch<Type>(#name)
#define QFAIL(message) \
    do { \
        QTest::fail(message, __FILE__, __LINE__); \
        return; \
    } while (false)
#define QSKIP(message) \
    do { \
        std::fprintf(stderr, "SKIP %s\n", message); \
        return; \
    } while (false)
#define QVERIFY(condition) \
    do { \
        if (!QTest::verify(static_cast<bool>(condition), #condition, __FILE__, __LINE__)) \
            return; \
    } while (false)
#define QCOMPARE(actual, expected) \
    do { \
        if (!QTest::compare(actual, expected, #actual " == " #expected, __FILE__, __LINE__)) \
            return; \
    } while (false)
#define QVERIFY_THROWS_EXCEPTION(Exception, ...) \
    do { \
        if (!QTest::throws<Exception>([&] { __VA_ARGS__; }, #__VA_ARGS__ " throws " #Exception, __FILE__, __LINE__)) \
            return; \
    } while (false)
#define QVERIFY_EXCEPTION_THROWN(expression, Exception) QVERIFY_THROWS_EXCEPTION(Exception, expression)
