// SPDX-License-Identifier: MIT
#include "../core/check.h"
#include "versionuser.h"

#include <QtCore/qcoreapplication.h>

#include <dlfcn.h>

#include <cstdio>
#include <string>

// A program of this minor version loads a plugin that was built with the next one: each uses its own libraries.

namespace {

void eachUsesItsOwnVersion()
{
    CHECK(useBothLayers() == THIS_VERSION);
    // For good: threads of the plugin's libraries may still run when the program ends.
    void *const plugin = dlopen(PLUGIN_FILE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    CHECK(plugin);
    const auto useInPlugin = reinterpret_cast<UseInPlugin *>(dlsym(plugin, "useInPlugin"));
    CHECK(useInPlugin);
    const std::string inPlugin = useInPlugin();
    std::fprintf(stderr, "in the plugin: %s\n", inPlugin.c_str());
    CHECK(inPlugin == NEXT_VERSION);
    CHECK(useBothLayers() == THIS_VERSION);
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    RUN(eachUsesItsOwnVersion);
    return 0;
}
