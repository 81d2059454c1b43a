// SPDX-License-Identifier: MIT
#include "program.h"

#include <elf.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

extern char **environ;

namespace SignalBox::Doctor {

namespace {

std::string quoted(const std::string &name)
{
    return '"' + name + '"';
}

std::string lookUp(const std::string &name)
{
    if (name.find('/') != std::string::npos) {
        struct stat status;
        if (stat(name.c_str(), &status) != 0)
            throw Refusal(Refusal::missing, quoted(name) + " was not found: " + std::strerror(errno) + '.');
        if (S_ISDIR(status.st_mode))
            throw Refusal(Refusal::unfit, quoted(name) + " is a folder.");
        if (access(name.c_str(), X_OK) != 0)
            throw Refusal(Refusal::unfit, quoted(name) + " cannot be executed: " + std::strerror(errno) + '.');
        return name;
    }
    const char *path = std::getenv("PATH");
    std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string candidate = (folder.empty() ? "." : folder) + '/' + name;
        struct stat status;
        if (stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(candidate.c_str(), X_OK) == 0)
            return candidate;
    }
    throw Refusal(Refusal::missing, quoted(name) + " was not found in any folder of PATH.");
}

// The program's loader; throws where it has none.
std::string loaderOf(const std::string &name, const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    Elf64_Ehdr header{};
    file.read(reinterpret_cast<char *>(&header), sizeof header);
    const auto read = file.gcount();
    if (read >= 2 && std::memcmp(&header, "#!", 2) == 0)
        throw Refusal(Refusal::unfit, quoted(name) + " is a script. Name the program that it starts; for a Python program: signalbox-doctor --qt-later python3 " + name);
    if (read < ssize_t(sizeof header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        throw Refusal(Refusal::unfit, quoted(name) + " is no program for Linux (no ELF file).");
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64)
        throw Refusal(Refusal::unfit, quoted(name) + " is a program for another processor; this doctor is for x86-64.");
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
        throw Refusal(Refusal::unfit, quoted(name) + " is no program (an object file or a core dump).");
    file.seekg(std::streamoff(header.e_phoff));
    for (int i = 0; i < header.e_phnum; ++i) {
        Elf64_Phdr segment{};
        file.read(reinterpret_cast<char *>(&segment), sizeof segment);
        if (segment.p_type != PT_INTERP)
            continue;
        std::string loader(segment.p_filesz, 0);
        file.seekg(std::streamoff(segment.p_offset));
        file.read(loader.data(), std::streamsize(loader.size()));
        return loader.c_str(); // without the zero at its end
    }
    throw Refusal(Refusal::unfit, quoted(name) + " is linked statically: nothing can be loaded into it.");
}

void refuseRaisedRights(const std::string &name, const std::string &path)
{
    struct stat status;
    const bool hasRights = stat(path.c_str(), &status) == 0 && (status.st_mode & (S_ISUID | S_ISGID)) != 0;
    if (hasRights)
        throw Refusal(Refusal::unfit, quoted(name) + " runs with the rights of its owner (setuid or setgid): nothing is preloaded into such "
                      "programs. Run a copy without that bit, if it can do its work as you.");
    if (getxattr(path.c_str(), "security.capability", nullptr, 0) > 0)
        throw Refusal(Refusal::unfit, quoted(name) + " has file capabilities: nothing is preloaded into such programs. Run a copy without them.");
}

// What the loader would load: it lists, and runs nothing.
std::string librariesOf(const std::string &loader, const std::string &path)
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw Refusal(Refusal::own, std::string("no pipe: ") + std::strerror(errno) + '.');
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::string list = "--list", program = path, name = loader;
    std::array<char *, 4> arguments{name.data(), list.data(), program.data(), nullptr};
    pid_t child = 0;
    const int error = posix_spawn(&child, loader.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t size; error == 0 && (size = read(ends[0], buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), std::size_t(size));
    close(ends[0]);
    if (error == 0)
        waitpid(child, nullptr, 0);
    return text;
}

// The path of a library in that list: "\tlibQt6Core.so.6 => /usr/lib/libQt6Core.so.6 (0x...)".
std::string pathIn(const std::string &libraries, const std::string &prefix)
{
    std::istringstream lines(libraries);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string library, arrow, path;
        words >> library >> arrow >> path;
        if (library.starts_with(prefix))
            return arrow == "=>" ? path : library;
    }
    return {};
}

} // namespace

Program Program::find(const std::string &name, Need need)
{
    Program program;
    program.path = lookUp(name);
    const std::string loader = loaderOf(name, program.path);
    refuseRaisedRights(name, program.path);
    const std::string libraries = librariesOf(loader, program.path);
    for (const char *prefix : {"libasan.so", "libtsan.so", "liblsan.so", "libubsan.so", "libclang_rt."}) {
        if (const std::string path = pathIn(libraries, prefix); !path.empty())
            program.sanitizers.push_back(path);
    }
    const std::string core = pathIn(libraries, "libQt6Core.so");
    if (core.empty()) {
        const std::string other = pathIn(libraries, "libQt5Core.so");
        if (!other.empty())
            throw Refusal(Refusal::unfit, quoted(name) + " is a program of Qt 5; this doctor is for Qt " DOCTOR_QT_VERSION ".");
        if (need == Need::Qt)
            throw Refusal(Refusal::unfit, quoted(name) + " is no Qt program: it does not load libQt6Core, or has it linked in statically. If it "
                          "loads Qt while it runs, as Python programs do, say --qt-later.");
        return program;
    }
    // libQt6Core.so.6.4.2, whatever links point to it.
    std::error_code error;
    const std::string file = std::filesystem::canonical(core, error).filename().string();
    const std::string mark = ".so.";
    const auto place = file.find(mark);
    const std::string version = place == std::string::npos ? "" : file.substr(place + mark.size());
    if (version.find('.') != std::string::npos && version != DOCTOR_QT_VERSION)
        throw Refusal(Refusal::unfit, quoted(name) + " is a program of Qt " + version + " (" + core + "); this doctor was built for Qt " DOCTOR_QT_VERSION
                      ", and reads what differs between versions. Build the doctor with that Qt.");
    return program;
}

} // namespace SignalBox::Doctor
