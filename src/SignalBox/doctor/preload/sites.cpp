// SPDX-License-Identifier: MIT
#include "sites.h"

#include <pthread.h>

#include <algorithm>
#include <array>

namespace SignalBox::Doctor {

namespace {

// Four places for each key; the oldest goes.
constexpr std::size_t siteRows = 8192;
constexpr std::size_t sitesInRow = 4;
std::array<std::array<ConnectionSite, sitesInRow>, siteRows> sites;
std::array<unsigned char, siteRows> nextInRow;
pthread_mutex_t siteLock = PTHREAD_MUTEX_INITIALIZER;

std::size_t rowOf(std::uint64_t key)
{
    key *= 0x9e37'79b9'7f4a'7c15u;
    return (key >> 40) % siteRows;
}

} // namespace

std::uint64_t siteKey(const QObject *sender, const QObject *receiver, int method)
{
    const std::uint64_t mixed = reinterpret_cast<std::uint64_t>(sender) * 0x9e37'79b9'7f4a'7c15u + reinterpret_cast<std::uint64_t>(receiver);
    return (mixed * 0xbf58'476d'1ce4'e5b9u + std::uint64_t(method)) | 1; // no address of a slot object
}

void addSite(const ConnectionSite &site)
{
    pthread_mutex_lock(&siteLock);
    auto &row = sites[rowOf(site.key)];
    auto place = std::find_if(row.begin(), row.end(), [&](const ConnectionSite &other) { return other.key == site.key; });
    if (place == row.end())
        place = row.begin() + (nextInRow[rowOf(site.key)]++ % sitesInRow);
    *place = site;
    pthread_mutex_unlock(&siteLock);
}

bool findSite(std::uint64_t key, std::uint64_t function, ConnectionSite &site)
{
    pthread_mutex_lock(&siteLock);
    const auto &row = sites[rowOf(key)];
    const auto place = std::find_if(row.begin(), row.end(), [&](const ConnectionSite &other) { return other.key == key; });
    const bool isKnown = place != row.end() && place->function == function;
    if (isKnown)
        site = *place;
    pthread_mutex_unlock(&siteLock);
    return isKnown;
}

} // namespace SignalBox::Doctor
