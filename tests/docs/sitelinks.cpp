// SPDX-License-Identifier: MIT
//
// sitelinks DIRECTORY: each link and picture of the pages in a directory leads to a file there, and to an anchor of it if it
// names one. Links to other places are not followed. Exits 1 if one leads nowhere.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

// The values of an attribute of the elements of a page.
std::vector<std::string> valuesOf(std::string_view page, std::string_view attribute)
{
    std::vector<std::string> values;
    const std::string begin = ' ' + std::string(attribute) + "=\"";
    for (std::size_t at = page.find(begin); at != std::string_view::npos; at = page.find(begin, at)) {
        at += begin.size();
        values.emplace_back(page.substr(at, page.find('"', at) - at));
    }
    return values;
}

std::string withoutEscapes(const std::string &text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            result += char(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

bool leadsElsewhere(const std::string &link)
{
    const auto colon = link.find(':');
    return colon != std::string::npos && colon < link.find_first_of("/?#");
}

// Doxygen's own lists of members name undocumented operators too, which have no place on the page of their class; and the
// head of that page promises nested classes where they are private.
bool isKnownToLeadNowhere(const std::string &page, const std::string &anchor)
{
    return page.starts_with("functions") || page.ends_with("-members.html") || anchor == "nested-classes";
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::cerr << "Usage: sitelinks DIRECTORY\n";
        return 2;
    }
    const fs::path directory = argv[1];
    struct Page
    {
        std::vector<std::string> links;
        std::set<std::string> anchors;
    };
    std::map<std::string, Page> pages;
    for (const auto &entry : fs::recursive_directory_iterator(directory)) {
        if (entry.path().extension() != ".html")
            continue;
        std::ifstream file(entry.path());
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        Page &page = pages[fs::relative(entry.path(), directory).generic_string()];
        page.links = valuesOf(text, "href");
        for (std::string &picture : valuesOf(text, "src"))
            page.links.push_back(std::move(picture));
        for (const std::string_view attribute : {"id", "name"}) {
            for (std::string &anchor : valuesOf(text, attribute))
                page.anchors.insert(std::move(anchor));
        }
    }
    int count = 0;
    int failures = 0;
    for (const auto &[name, page] : pages) {
        for (const std::string &link : page.links) {
            if (link.empty() || leadsElsewhere(link))
                continue;
            ++count;
            const std::string path = withoutEscapes(link.substr(0, link.find_first_of("?#")));
            const auto hash = link.find('#');
            const std::string anchor =
                    hash == std::string::npos ? std::string() : withoutEscapes(link.substr(hash + 1));
            const std::string target =
                    path.empty() ? name : (fs::path(name).parent_path() / path).lexically_normal().generic_string();
            const auto found = pages.find(target);
            if (!fs::exists(directory / target)) {
                std::cerr << name << " links to " << link << ", which is not there.\n";
                ++failures;
            } else if (!anchor.empty() && !isKnownToLeadNowhere(name, anchor) && found != pages.end()
                       && !found->second.anchors.contains(anchor)) {
                std::cerr << name << " links to " << link << ", and there is no such anchor.\n";
                ++failures;
            }
        }
    }
    if (count < 1000) {
        std::cerr << "Only " << count << " links were found, so not all were checked.\n";
        return 1;
    }
    std::cout << count << " links of " << pages.size() << " pages were followed.\n";
    return failures == 0 ? 0 : 1;
}
