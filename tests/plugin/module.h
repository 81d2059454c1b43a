// SPDX-License-Identifier: MIT
#pragma once

#include <dlfcn.h>

#include <stdexcept>
#include <utility>

// Whether the file is part of this process.
inline bool isLoaded(const char *file)
{
    void *handle = dlopen(file, RTLD_LAZY | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != nullptr;
}

// A shared library that is loaded as long as this lives.
class Module
{
public:
    explicit Module(const char *file) : m_handle(dlopen(file, RTLD_NOW | RTLD_LOCAL))
    {
        if (!m_handle)
            throw std::runtime_error(dlerror());
    }
    Module(const Module &) = delete;
    Module &operator=(const Module &) = delete;
    ~Module() { unload(); }

    template <class Function>
    Function *function(const char *name) const
    {
        void *address = dlsym(m_handle, name);
        if (!address)
            throw std::runtime_error(dlerror());
        return reinterpret_cast<Function *>(address);
    }

    void unload()
    {
        if (void *handle = std::exchange(m_handle, nullptr))
            dlclose(handle);
    }

private:
    void *m_handle;
};
