// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// The short run: gives each file of the directories that are named on the command line to the fuzz target that is linked
// with this. The target ends the program when something is wrong.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

std::vector<std::filesystem::path> inputsOf(const std::filesystem::path &place)
{
    if (!std::filesystem::is_directory(place))
        return {place};
    std::vector<std::filesystem::path> result;
    for (const auto &entry : std::filesystem::directory_iterator(place)) {
        if (entry.is_regular_file())
            result.push_back(entry.path());
    }
    std::sort(result.begin(), result.end());
    return result;
}

} // namespace

int main(int argc, char **argv)
{
    int inputs = 0;
    for (int i = 1; i < argc; ++i) {
        for (const std::filesystem::path &path : inputsOf(argv[i])) {
            std::ifstream file(path, std::ios::binary);
            const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
            if (!file.is_open()) {
                std::fprintf(stderr, "%s: cannot be read\n", path.string().c_str());
                return 1;
            }
            // Told before it runs: it may be the one that ends the program.
            std::fprintf(stderr, "%s\n", path.filename().string().c_str());
            const std::vector<std::uint8_t> bytes(text.begin(), text.end());
            LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
            ++inputs;
        }
    }
    std::fprintf(stderr, "%d inputs\n", inputs);
    return inputs > 0 ? 0 : 1;
}
