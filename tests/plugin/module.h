// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#if defined(_WIN32)
#    include <windows.h>
#else
#    include <dlfcn.h>
#endif

// A shared library that is loaded as long as this lives.
class Module
{
public:
    explicit Module(const char *file) : m_handle(load(file))
    {
        if (!m_handle)
            throw std::runtime_error(lastError());
    }
    Module(const Module &) = delete;
    Module &operator=(const Module &) = delete;
    ~Module() { unload(); }

    template <class Function>
    Function *function(const char *name) const
    {
        const auto address = find(m_handle, name);
        if (!address)
            throw std::runtime_error(lastError());
        return reinterpret_cast<Function *>(address);
    }

    void unload()
    {
        if (const Handle handle = std::exchange(m_handle, nullptr))
            release(handle);
    }

private:
#if defined(_WIN32)
    using Handle = HMODULE;
    static Handle load(const char *file) { return LoadLibraryA(file); }
    static void release(Handle handle) { FreeLibrary(handle); }
    static void (*find(Handle handle, const char *name))()
    {
        return reinterpret_cast<void (*)()>(GetProcAddress(handle, name));
    }
    static std::string lastError() { return "Windows error " + std::to_string(GetLastError()); }
#else
    using Handle = void *;
    static Handle load(const char *file) { return dlopen(file, RTLD_NOW | RTLD_LOCAL); }
    static void release(Handle handle) { dlclose(handle); }
    static void *find(Handle handle, const char *name) { return dlsym(handle, name); }
    static std::string lastError() { return dlerror(); }
#endif

    Handle m_handle;
};

// Whether the file is part of this process.
inline bool isLoaded(const char *file)
{
#if defined(_WIN32)
    return GetModuleHandleA(file) != nullptr;
#else
    void *handle = dlopen(file, RTLD_LAZY | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != nullptr;
#endif
}
