// SPDX-License-Identifier: MIT
//
// Draws who includes whom in core, qt and qml, and fails where the graph has a circle or an arrow upwards.
//   includegraph ROOT
//
// Files: a header counts together with its sources: the one of its name, and those that have no header of their name and
// include it as the first of their folder.
// Rooms: the folders inside a layer. In core and qml, the layer's own folder is the hall, which is what users include; its files are
// in the first graph only. In qt, all files are in rooms.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

using Name = std::string;
using Graph = std::map<Name, std::set<Name>>;

struct Layer
{
    Name name;
    fs::path folder; // in the root
    bool hasHall;
};

// From the bottom up.
const std::array<Layer, 3> layers{{{"core", "src/SignalBox/core", true}, {"qt", "src/SignalBox/qt", false}, {"qml", "qml/SignalBox", true}}};

struct File
{
    std::size_t layer;
    fs::path path; // in the layer's folder
};

// "qt/routes/route" for route.h, route_p.h and route.cpp.
Name nameOf(const File &file)
{
    Name stem = file.path.stem().string();
    if (stem.ends_with("_p"))
        stem.resize(stem.size() - 2);
    return (layers[file.layer].name / file.path.parent_path() / stem).generic_string();
}

// A source counts with its header.
Name nameOf(const File &file, const std::vector<File> &includes)
{
    if (file.path.extension() != ".cpp")
        return nameOf(file);
    const File *first = nullptr;
    for (const File &included : includes) {
        if (included.layer != file.layer || included.path.parent_path() != file.path.parent_path())
            continue;
        if (nameOf(included) == nameOf(file))
            return nameOf(file);
        if (first == nullptr)
            first = &included;
    }
    return nameOf(first ? *first : file);
}

Name roomOf(const File &file)
{
    return (layers[file.layer].name / file.path.parent_path()).generic_string();
}

// Which file of ours `#include <spelling>` means, if any.
bool find(const fs::path &root, const std::string &spelling, const File &from, File &found)
{
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const fs::path folder = root / layers[i].folder;
        for (const fs::path &candidate :
             {root / "src" / spelling, root / "qml" / spelling, root / layers[from.layer].folder / spelling}) {
            const fs::path relative = candidate.lexically_relative(folder);
            if (!relative.empty() && *relative.begin() != ".." && fs::is_regular_file(candidate)) {
                found = {i, relative};
                return true;
            }
        }
    }
    return false;
}

std::vector<File> includesOf(const fs::path &root, const File &file)
{
    static const std::regex include(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)");
    std::ifstream input(root / layers[file.layer].folder / file.path);
    std::vector<File> result;
    std::smatch match;
    for (std::string line; std::getline(input, line);) {
        File found;
        if (std::regex_match(line, match, include) && find(root, match[1], file, found))
            result.push_back(found);
    }
    return result;
}

// Everything that can be reached from `start`.
std::set<Name> reachable(const Graph &graph, const Name &start)
{
    std::set<Name> seen;
    std::vector<Name> open{start};
    while (!open.empty()) {
        const auto next = graph.find(open.back());
        open.pop_back();
        if (next == graph.end())
            continue;
        for (const Name &name : next->second) {
            if (seen.insert(name).second)
                open.push_back(name);
        }
    }
    return seen;
}

// How many there are.
int reportCircles(const Graph &graph, const char *what)
{
    int circles = 0;
    std::set<Name> reported;
    for (const auto &[name, included] : graph) {
        if (reported.contains(name) || !reachable(graph, name).contains(name))
            continue;
        std::vector<Name> circle;
        for (const Name &other : reachable(graph, name)) {
            if (reachable(graph, other).contains(name))
                circle.push_back(other);
        }
        reported.insert(circle.begin(), circle.end());
        ++circles;
        std::cout << "CIRCLE of " << what << ":\n";
        for (const Name &member : circle) {
            std::cout << "    " << member << " includes";
            for (const Name &other : graph.at(member)) {
                if (std::find(circle.begin(), circle.end(), other) != circle.end())
                    std::cout << ' ' << other;
            }
            std::cout << '\n';
        }
    }
    return circles;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::cerr << "usage: includegraph ROOT\n";
        return 2;
    }
    const fs::path root = argv[1];
    Graph files;
    Graph rooms;
    int faults = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const fs::path folder = root / layers[i].folder;
        if (!fs::is_directory(folder)) {
            std::cerr << folder << " is not there\n";
            return 2;
        }
        for (const fs::directory_entry &entry : fs::recursive_directory_iterator(folder)) {
            const fs::path suffix = entry.path().extension();
            if (!entry.is_regular_file() || (suffix != ".h" && suffix != ".cpp"))
                continue;
            const File file{i, entry.path().lexically_relative(folder)};
            const std::vector<File> includes = includesOf(root, file);
            const Name name = nameOf(file, includes);
            files[name];
            if (!layers[i].hasHall && !file.path.has_parent_path()) {
                std::cout << "OUTSIDE OF ROOMS: " << nameOf(file) << '\n';
                ++faults;
            }
            for (const File &included : includes) {
                if (nameOf(included) != name)
                    files[name].insert(nameOf(included));
                if (included.layer > file.layer) {
                    std::cout << "UPWARDS: " << nameOf(file) << " includes " << nameOf(included) << '\n';
                    ++faults;
                }
                const bool isAmongRooms = included.layer == file.layer && file.path.has_parent_path()
                        && included.path.has_parent_path() && roomOf(file) != roomOf(included);
                if (isAmongRooms)
                    rooms[roomOf(file)].insert(roomOf(included));
            }
        }
    }
    if (files.size() < 60) {
        std::cerr << "Only " << files.size() << " files were found, so not all were looked at.\n";
        return 2;
    }
    faults += reportCircles(files, "files");
    faults += reportCircles(rooms, "rooms");
    std::cout << files.size() << " files, " << rooms.size() << " rooms that include others\n";
    return faults == 0 ? 0 : 1;
}
