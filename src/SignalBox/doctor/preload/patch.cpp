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

// How long the operands behind an operation are: registers, or a place in memory. 0 if that is told by the distance from the instruction.
std::size_t lengthOfOperands(const Byte *operands)
{
    const int mode = operands[0] >> 6;
    const int base = operands[0] & 7;
    if (mode == 3)
        return 1; // registers
    if (mode == 0 && base == 5)
        return 0;
    const std::size_t index = base == 4 ? 1 : 0;
    const bool isAbsolute = index == 1 && mode == 0 && (operands[1] & 7) == 5;
    const std::size_t offset = mode == 1 ? 1 : mode == 2 || isAbsolute ? 4 : 0;
    return 1 + index + offset;
}

// How long this instruction is; 0 if it is not among those that functions begin with, and that run anywhere.
std::size_t lengthOfMovable(const Byte *code)
{
    if (code[0] == 0xf3 && code[1] == 0x0f && code[2] == 0x1e && code[3] == 0xfa)
        return 4; // endbr64
    std::size_t prefix = code[0] == 0x64 ? 1 : 0; // of what belongs to the thread
    const bool hasWidth = code[prefix] >= 0x40 && code[prefix] <= 0x4f; // of 64 bits, or of the upper registers
    const bool isLong = hasWidth && (code[prefix] & 8) != 0;
    prefix += hasWidth ? 1 : 0;
    const Byte operation = code[prefix];
    const std::size_t begin = prefix + 1;
    if (operation >= 0x50 && operation <= 0x57)
        return begin; // push
    if (operation >= 0xb8 && operation <= 0xbf)
        return begin + (isLong ? 8 : 4); // mov of a number
    const std::size_t operands = lengthOfOperands(code + begin);
    if (operands == 0)
        return 0;
    switch (operation) {
    case 0x89: case 0x8b: case 0x63: // mov
    case 0x31: case 0x33: // xor
    case 0x39: case 0x3b: // cmp
    case 0x85: // test
    case 0x8d: // lea
        return begin + operands;
    case 0x83: // sub, add, and, cmp: with 8 bits
        return begin + operands + 1;
    case 0x81: // with 32 bits
    case 0xc7: // mov of a number
        return begin + operands + 4;
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
