// SPDX-License-Identifier: MIT
//
// Something happens in one place, others want to know, and neither side knows the other: a document saves itself to a
// file, and a backup, a list of recent files and a hint for beginners follow.
//
// What makes it work: notify() calls the handlers on the calling thread, in the order of their registration, and
// returns when all have returned. An id unregisters its handler and never another one. A handler with `once` is
// unregistered by its first call.

#include "../temporarydirectory.h"

#include <SignalBox/SyncRegistry>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace {

// An event is a value. Handlers get it as const reference.
struct Saved
{
    fs::path path;
    std::size_t size;
};

class Document
{
public:
    explicit Document(fs::path path) : m_path(std::move(path)) {}

    SignalBox::SyncRegistry<Saved> &saved() { return m_saved; }

    void save(std::string_view text)
    {
        {
            std::ofstream file(m_path);
            file.exceptions(std::ios::failbit | std::ios::badbit);
            file << text << std::flush;
        }
        m_saved.notify({m_path, text.size()});
    }

private:
    const fs::path m_path;
    SignalBox::SyncRegistry<Saved> m_saved;
};

// Handlers are whatever can be called: functions,
void backUp(const Saved &saved)
{
    fs::path copy = saved.path;
    fs::copy_file(saved.path, copy.replace_extension(".backup"), fs::copy_options::overwrite_existing);
}

// member functions,
class RecentFiles
{
public:
    void add(const Saved &saved)
    {
        m_entries.push_back(saved.path.filename().string() + ", " + std::to_string(saved.size) + " bytes");
    }
    const std::vector<std::string> &entries() const { return m_entries; }

private:
    std::vector<std::string> m_entries;
};

std::string contentOf(const fs::path &path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

int main()
{
    const TemporaryDirectory directory;
    Document document(directory.path() / "letter.txt");
    RecentFiles recent;

    const SignalBox::HandlerId backup = document.saved().registerHandler(backUp, {.name = "backup"});
    document.saved().registerHandler(std::bind_front(&RecentFiles::add, &recent), {.name = "recent files"});
    // and lambdas.
    document.saved().registerHandler([](const Saved &) { std::cout << "hint: the backup is beside the file\n"; },
                                     {.name = "hint", .once = true});

    document.save("Dear");
    document.save("Dear reader");
    std::cout << document.saved().handlerCount() << " handlers after the first call of the hint\n";

    document.saved().unregister(backup);
    document.save("Dear reader, goodbye");

    std::cout << "letter.txt:    " << contentOf(directory.path() / "letter.txt") << '\n'
              << "letter.backup: " << contentOf(directory.path() / "letter.backup") << '\n';
    for (const std::string &entry : recent.entries())
        std::cout << "recent: " << entry << '\n';
    for (const SignalBox::HandlerInfo &handler : document.saved().handlers())
        std::cout << "still registered: " << handler.name << '\n';
}
