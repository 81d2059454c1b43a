// SPDX-License-Identifier: MIT
#include "way.h"

std::unique_ptr<Way> Way::make(Kind kind)
{
    switch (kind) {
    case Kind::Reset: return makeReset();
    case Kind::Proxy: return makeProxy();
    case Kind::SignalBox: break;
    }
    return makeThroughSignalBox();
}
