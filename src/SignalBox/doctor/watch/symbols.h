// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Dwfl;
struct Dwfl_Module;

namespace SignalBox::Doctor {

// A place in the program's code.
struct Place
{
    std::string function; // without arguments of templates that nobody wrote; empty if it has no name
    std::string file; // empty without debug information
    int line = 0;
    std::string module; // the file's name, with the address in it: what is left without names

    bool isKnown() const { return !module.empty(); }
    bool hasLine() const { return !file.empty() && line > 0; }
    // "workers.cpp:27", or the function, or the module.
    std::string text() const;
};

// The registers of a thread and its stack, as they were.
struct Snapshot
{
    std::uint64_t time = 0;
    std::array<std::uint64_t, 17> registers{}; // in the numbers of DWARF; the last is the place in the code
    std::uint64_t stackBegin = 0;
    std::vector<unsigned char> stack;
};

// Names for addresses of the program, from its files: the program itself need not be there any more.
class Symbols
{
public:
    Symbols();
    ~Symbols();
    Symbols(const Symbols &) = delete;
    Symbols &operator=(const Symbols &) = delete;

    // The file, and what is added to its addresses. Those of one path are one module.
    void addModule(const std::string &path, std::uint64_t base);

    // The function at the address, and the functions that the compiler has put into it: innermost first.
    std::vector<Place> placesAt(std::uint64_t address);
    // The function that begins at this address; of a slot object's function: the lambda.
    Place function(std::uint64_t address);
    Place slotFunction(std::uint64_t address);
    // Innermost first.
    std::vector<std::uint64_t> unwind(const Snapshot &snapshot);
    // The first of these return addresses that is neither Qt's nor the system's, nor in what moc wrote, nor in a function whose name begins so;
    // unknown if there is none. What called the loop that delivers is not looked at.
    Place firstOfProgram(const std::vector<std::uint64_t> &frames, const std::string &passedOver = {});
    // Of one of Qt's libraries, or of SignalBox's.
    bool isOfQt(std::uint64_t address);

private:
    void open();
    Place describe(Dwfl_Module *module, std::uint64_t address, bool withLine);

    struct Close { void operator()(Dwfl *dwfl) const; };
    std::map<std::string, std::uint64_t> m_modules;
    std::unique_ptr<Dwfl, Close> m_dwfl; // of all modules; made again when there are more
    bool m_isAttached = false;
};

} // namespace SignalBox::Doctor
