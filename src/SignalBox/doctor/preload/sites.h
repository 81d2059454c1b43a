// SPDX-License-Identifier: MIT
#pragma once

#include "../record.h"

class QObject;

namespace SignalBox::Doctor {

// Where connections were made, remembered by slot objects, or by both objects and the method.
struct ConnectionSite
{
    std::uint64_t key = 0;
    std::uint64_t function = 0; // of the slot object
    std::uint64_t member = 0; // the address of a member function, of a slot object that has one
    Frames frames{};
};
std::uint64_t siteKey(const QObject *sender, const QObject *receiver, int method);
void addSite(const ConnectionSite &site);
// False if it is not known.
bool findSite(std::uint64_t key, std::uint64_t function, ConnectionSite &site);

} // namespace SignalBox::Doctor
