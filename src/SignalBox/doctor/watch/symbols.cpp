// SPDX-License-Identifier: MIT
#include "symbols.h"

#include "names.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace SignalBox::Doctor {

namespace {

std::string baseName(const std::string &path)
{
    return path.substr(path.rfind('/') + 1);
}

std::string offsetText(const std::string &path, std::uint64_t offset)
{
    char text[32];
    std::snprintf(text, sizeof text, "+0x%llx", static_cast<unsigned long long>(offset));
    return baseName(path) + text;
}

bool isSystemLibrary(const std::string &name)
{
    for (const char *prefix : {"libc.so", "libc-", "libpthread", "libstdc++", "libm.so", "libgcc_s", "ld-linux", "libglib-", "libgobject",
                               "libdl", "libasan", "libtsan", "libubsan", "liblsan", "[vdso]"}) {
        if (name.starts_with(prefix))
            return true;
    }
    return false;
}

bool isQtLibrary(const std::string &name)
{
    return name.starts_with("libQt6") || name.starts_with("libSignalBox") || name == "libqxcb.so" || name == "libqoffscreen.so";
}

bool isQtsOrGenerated(const std::string &file)
{
    const std::string name = baseName(file);
    if (name.starts_with("moc_") || name.ends_with(".moc"))
        return true;
    return file.find("/QtCore/") != std::string::npos || file.find("/qt6/Qt") != std::string::npos || file.find("/c++/") != std::string::npos;
}

bool isQtFunction(const std::string &function)
{
    return function.starts_with("QtPrivate::") || function.starts_with("QObject::") || function.starts_with("QMetaObject::")
            || function.starts_with("std::");
}

int lineOf(Dwarf_Die *die, std::string &file)
{
    int line = 0;
    const char *path = dwarf_decl_file(die);
    if (!path || dwarf_decl_line(die, &line) != 0)
        return 0;
    file = path;
    return line;
}

const Snapshot *unwound = nullptr; // one at a time

pid_t nextThread(Dwfl *, void *, void **state)
{
    if (*state)
        return 0;
    *state = const_cast<Snapshot *>(unwound);
    return 1;
}

bool readMemory(Dwfl *, Dwarf_Addr address, Dwarf_Word *result, void *)
{
    if (address < unwound->stackBegin || address + sizeof *result > unwound->stackBegin + unwound->stack.size())
        return false;
    std::memcpy(result, unwound->stack.data() + (address - unwound->stackBegin), sizeof *result);
    return true;
}

bool setRegisters(Dwfl_Thread *thread, void *)
{
    return dwfl_thread_state_registers(thread, 0, unsigned(unwound->registers.size()), unwound->registers.data());
}

bool findThread(Dwfl *, pid_t, void *, void **state)
{
    *state = const_cast<Snapshot *>(unwound);
    return true;
}

const Dwfl_Thread_Callbacks threadCallbacks{&nextThread, &findThread, &readMemory, &setRegisters, nullptr, nullptr};

int addFrame(Dwfl_Frame *frame, void *data)
{
    Dwarf_Addr address = 0;
    bool isActivation = false;
    if (!dwfl_frame_pc(frame, &address, &isActivation))
        return DWARF_CB_ABORT;
    auto &frames = *static_cast<std::vector<std::uint64_t> *>(data);
    frames.push_back(frames.empty() ? address + 1 : address); // all are looked up as return addresses
    return frames.size() < 128 ? DWARF_CB_OK : DWARF_CB_ABORT;
}

char *noDebugPath = nullptr; // libdw's own: beside the file, and in /usr/lib/debug

const Dwfl_Callbacks callbacks{&dwfl_build_id_find_elf, &dwfl_standard_find_debuginfo, &dwfl_offline_section_address, &noDebugPath};

} // namespace

std::string Place::text() const
{
    if (hasLine())
        return baseName(file) + ':' + std::to_string(line);
    return !function.empty() ? function : module;
}

void Symbols::Close::operator()(Dwfl *dwfl) const
{
    dwfl_end(dwfl);
}

Symbols::Symbols()
{
    unsetenv("DEBUGINFOD_URLS"); // nothing is fetched from anywhere
}

Symbols::~Symbols() = default;

void Symbols::addModule(const std::string &path, std::uint64_t base)
{
    if (m_modules.emplace(path, base).second)
        m_dwfl.reset();
}

void Symbols::open()
{
    if (m_dwfl)
        return;
    m_dwfl.reset(dwfl_begin(&callbacks));
    m_isAttached = false;
    dwfl_report_begin(m_dwfl.get());
    for (const auto &[path, base] : m_modules)
        dwfl_report_elf(m_dwfl.get(), path.c_str(), path.c_str(), -1, base, true);
    dwfl_report_end(m_dwfl.get(), nullptr, nullptr);
}

Place Symbols::describe(Dwfl_Module *module, std::uint64_t address, bool withLine)
{
    Place place;
    const char *path = dwfl_module_info(module, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
    const auto found = m_modules.find(path ? path : "");
    place.module = offsetText(path ? path : "?", address - (found == m_modules.end() ? 0 : found->second));
    GElf_Off offset = 0;
    GElf_Sym symbol;
    if (const char *name = dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr))
        place.function = readableName(name);
    if (Dwfl_Line *line = withLine ? dwfl_module_getsrc(module, address) : nullptr) {
        if (const char *file = dwfl_lineinfo(line, nullptr, &place.line, nullptr, nullptr, nullptr))
            place.file = file;
    }
    return place;
}

std::vector<Place> Symbols::placesAt(std::uint64_t address)
{
    open();
    Dwfl_Module *module = dwfl_addrmodule(m_dwfl.get(), address);
    if (!module)
        return {};
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, &bias);
    Dwarf_Die *innermost = nullptr, *scopes = nullptr;
    int count = unit ? dwarf_getscopes(unit, address - bias, &innermost) : 0;
    Place place = describe(module, address, count > 1); // 1: in none of the unit's functions, so that the line is another's
    if (count > 0) // where it lies, not where it was defined
        count = dwarf_getscopes_die(&innermost[0], &scopes);
    std::free(innermost);
    std::vector<Place> result;
    // From the innermost scope out: each that was inlined says where it was called.
    for (int i = 0; i < count; ++i) {
        const int tag = dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_inlined_subroutine)
            continue;
        Place inlined = place;
        Dwarf_Attribute attribute;
        const char *linkage = nullptr;
        if (dwarf_attr_integrate(&scopes[i], DW_AT_linkage_name, &attribute))
            linkage = dwarf_formstring(&attribute);
        inlined.function = linkage ? readableName(linkage) : dwarf_diename(&scopes[i]) ? dwarf_diename(&scopes[i]) : "";
        result.push_back(inlined);
        Dwarf_Word file = 0, line = 0;
        Dwarf_Files *files = nullptr;
        std::size_t fileCount = 0;
        if (dwarf_attr(&scopes[i], DW_AT_call_file, &attribute) && dwarf_formudata(&attribute, &file) == 0
            && dwarf_attr(&scopes[i], DW_AT_call_line, &attribute) && dwarf_formudata(&attribute, &line) == 0
            && dwarf_getsrcfiles(unit, &files, &fileCount) == 0 && file < fileCount) {
            if (const char *path = dwarf_filesrc(files, file, nullptr, nullptr)) {
                place.file = path;
                place.line = int(line);
            }
        }
    }
    std::free(scopes);
    result.push_back(place);
    return result;
}

Place Symbols::function(std::uint64_t address)
{
    open();
    Dwfl_Module *module = dwfl_addrmodule(m_dwfl.get(), address);
    return module ? describe(module, address, true) : Place{};
}

Place Symbols::slotFunction(std::uint64_t address)
{
    open();
    Dwfl_Module *module = dwfl_addrmodule(m_dwfl.get(), address);
    if (!module)
        return {};
    Place place = describe(module, address, false);
    place.function = functorName(place.function);
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, &bias);
    Dwarf_Die *scopes = nullptr;
    const int count = unit ? dwarf_getscopes(unit, address - bias, &scopes) : 0;
    // The function is a member of the slot object's class, whose first template argument is the lambda's type.
    for (int i = 0; i < count; ++i) {
        Dwarf_Attribute attribute;
        Dwarf_Die declaration, *scope = nullptr;
        if (dwarf_tag(&scopes[i]) != DW_TAG_subprogram)
            continue;
        if (!dwarf_attr_integrate(&scopes[i], DW_AT_specification, &attribute) || !dwarf_formref_die(&attribute, &declaration))
            declaration = scopes[i];
        const int outer = dwarf_getscopes_die(&declaration, &scope);
        Dwarf_Die argument, type;
        if (outer > 1 && dwarf_child(&scope[1], &argument) == 0) {
            do {
                if (dwarf_tag(&argument) != DW_TAG_template_type_parameter || !dwarf_attr(&argument, DW_AT_type, &attribute))
                    continue;
                if (dwarf_formref_die(&attribute, &type))
                    place.line = lineOf(&type, place.file);
                break;
            } while (dwarf_siblingof(&argument, &argument) == 0);
        }
        std::free(scope);
    }
    std::free(scopes);
    return place;
}

std::vector<std::uint64_t> Symbols::unwind(const Snapshot &snapshot)
{
    std::vector<std::uint64_t> frames;
    if (snapshot.stack.empty())
        return frames;
    open();
    unwound = &snapshot;
    if (!m_isAttached)
        m_isAttached = dwfl_attach_state(m_dwfl.get(), nullptr, 1, &threadCallbacks, nullptr);
    if (m_isAttached)
        dwfl_getthread_frames(m_dwfl.get(), 1, &addFrame, &frames);
    unwound = nullptr;
    return frames;
}

bool Symbols::isOfQt(std::uint64_t address)
{
    open();
    Dwfl_Module *module = dwfl_addrmodule(m_dwfl.get(), address);
    const char *path = module ? dwfl_module_info(module, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) : nullptr;
    return path && isQtLibrary(baseName(path));
}

// Prefers a place with a name: the stub through which a library is called has none.
Place Symbols::firstOfProgram(const std::vector<std::uint64_t> &frames, const std::string &passedOver)
{
    Place withoutName;
    for (const std::uint64_t frame : frames) {
        if (frame == 0)
            break;
        // The call lies before the address to which it returns.
        const std::vector<Place> places = placesAt(frame - 1);
        if (places.empty())
            continue;
        const std::string module = places.front().module;
        if (isQtLibrary(module) || isSystemLibrary(module)) {
            if (places.back().function.starts_with("QCoreApplication::notifyInternal2("))
                break;
            continue;
        }
        for (const Place &place : places) {
            const bool isEmission = passedOver.size() > 3 && place.function.starts_with(passedOver);
            if (isQtsOrGenerated(place.file) || isQtFunction(place.function) || isEmission)
                continue;
            if (!place.function.empty())
                return place;
            if (!withoutName.isKnown())
                withoutName = place;
        }
    }
    return withoutName;
}

} // namespace SignalBox::Doctor
