# SPDX-License-Identifier: MIT
#
# A CMake toolchain file: 64-bit Windows by MinGW-w64 with POSIX threads (Debian: g++-mingw-w64-x86-64-posix), and tests run
# under Wine (Debian: wine64). The presets "windows" and "windows-static" use it.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Wine finds the compiler's own DLLs by WINEPATH, those of the project beside the programs, as Windows does.
set(wine_path)
foreach(library IN ITEMS libstdc++-6.dll libwinpthread-1.dll)
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${library}
        OUTPUT_VARIABLE file OUTPUT_STRIP_TRAILING_WHITESPACE)
    cmake_path(NORMAL_PATH file)
    cmake_path(GET file PARENT_PATH directory)
    string(APPEND wine_path "${directory}\\;")
endforeach()
set(CMAKE_CROSSCOMPILING_EMULATOR env "WINEPATH=${wine_path}" wine)
