// SPDX-License-Identifier: MIT
#include "patch.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>

#if !defined(__x86_64__)
#    error "The doctor knows the instructions of x86-64 only."
#endif

namespace SignalBox::Doctor {

namespace {

using Byte = unsigned char;

constexpr std::size_t jumpSize = 5; // E9, and a distance of 32 bits

// How long this instruction is; 0 if it is not among those that functions save their registers with, and that run anywhere.
std::size_t lengthOfMovable(const Byte *code)
{
    if (code[0] == 0xf3 && code[1] == 0x0f && code[2] == 0x1e && code[3] == 0xfa)
        return 4; // endbr64
    if (code[0] >= 0x50 && code[0] <= 0x57)
        return 1; // push
    if (code[0] == 0x41 && code[1] >= 0x50 && code[1] <= 0x57)
        return 2; // push
    // A prefix of 64 bits or of the upper registers, or none.
    const std::size_t prefix = code[0] >= 0x40 && code[0] <= 0x4f ? 1 : 0;
    const Byte operation = code[prefix];
    const Byte operands = code[prefix + 1];
    const bool areRegisters = operands >= 0xc0;
    switch (operation) {
    case 0x89: case 0x8b: // mov
    case 0x31: case 0x33: // xor
    case 0x85: // test
        return areRegisters ? prefix + 2 : 0;
    case 0x83: // sub, add, and: with 8 bits
        return areRegisters ? prefix + 3 : 0;
    case 0x81: // with 32 bits
        return areRegisters ? prefix + 6 : 0;
    default:
        return 0;
    }
}

// A page that a jump of 32 bits reaches from there.
Byte *mapNear(const void *place)
{
    const auto size = std::uintptr_t(sysconf(_SC_PAGESIZE));
    const std::uintptr_t center = reinterpret_cast<std::uintptr_t>(place) & ~(size - 1);
    constexpr std::uintptr_t reach = 0x7000'0000;
    constexpr std::uintptr_t step = 0x10'0000;
    for (std::uintptr_t distance = step; distance < reach; distance += step) {
        for (const std::uintptr_t wanted : {center - distance, center + distance}) {
            void *page = mmap(reinterpret_cast<void *>(wanted), size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
            if (page == reinterpret_cast<void *>(wanted))
                return static_cast<Byte *>(page);
            if (page != MAP_FAILED)
                munmap(page, size); // an old kernel takes the address for a wish
        }
    }
    return nullptr;
}

void writeLongJump(Byte *place, const void *target)
{
    const Byte code[] = {0xff, 0x25, 0, 0, 0, 0};
    std::memcpy(place, code, sizeof code);
    std::memcpy(place + sizeof code, &target, sizeof target);
}

bool protect(void *place, std::size_t length, int protection)
{
    const auto size = std::uintptr_t(sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(place) & ~(size - 1);
    const auto end = (reinterpret_cast<std::uintptr_t>(place) + length + size - 1) & ~(size - 1);
    return mprotect(reinterpret_cast<void *>(begin), end - begin, protection) == 0;
}

// As /proc tells it; of what is not there: read-only.
int protectionOf(const void *place)
{
    int result = PROT_READ;
    std::FILE *maps = std::fopen("/proc/self/maps", "re");
    if (!maps)
        return result;
    char line[512];
    while (std::fgets(line, sizeof line, maps)) {
        unsigned long begin = 0, end = 0;
        char rights[5] = {};
        const auto address = reinterpret_cast<std::uintptr_t>(place);
        if (std::sscanf(line, "%lx-%lx %4s", &begin, &end, rights) != 3 || address < begin || address >= end)
            continue;
        result = (rights[0] == 'r' ? PROT_READ : 0) | (rights[1] == 'w' ? PROT_WRITE : 0) | (rights[2] == 'x' ? PROT_EXEC : 0);
        break;
    }
    std::fclose(maps);
    return result;
}

} // namespace

bool redirect(void *function, void *replacement, void **original)
{
    auto *code = static_cast<Byte *>(function);
    std::size_t moved = 0;
    while (moved < jumpSize) {
        const std::size_t length = lengthOfMovable(code + moved);
        if (length == 0)
            return false;
        moved += length;
    }

    // The page: a jump to the replacement, then what was moved, and a jump to the rest of the function.
    Byte *page = mapNear(function);
    if (!page)
        return false;
    writeLongJump(page, replacement);
    Byte *begin = page + 16;
    std::memcpy(begin, code, moved);
    writeLongJump(begin + moved, code + moved);
    if (!protect(page, 64, PROT_READ | PROT_EXEC) || !protect(code, jumpSize, PROT_READ | PROT_WRITE | PROT_EXEC)) {
        munmap(page, std::size_t(sysconf(_SC_PAGESIZE)));
        return false;
    }
    *original = begin;
    const auto distance = std::int32_t(page - (code + jumpSize));
    code[0] = 0xe9;
    std::memcpy(code + 1, &distance, sizeof distance);
    protect(code, jumpSize, PROT_READ | PROT_EXEC);
    return true;
}

bool replaceVirtual(void **table, void *function, void *replacement)
{
    constexpr int most = 16; // more than any event has
    for (int i = 0; i < most && table[i]; ++i) {
        if (table[i] != function)
            continue;
        const int before = protectionOf(table + i);
        if (!protect(table + i, sizeof(void *), before | PROT_WRITE))
            return false;
        table[i] = replacement;
        protect(table + i, sizeof(void *), before);
        return true;
    }
    return false;
}

} // namespace SignalBox::Doctor
