# SPDX-License-Identifier: MIT
#
# No file of the Qt layer is longer than a reader keeps in mind.
#   cmake -DROOT=... -P filelengths.cmake
cmake_minimum_required(VERSION 3.25)
set(longest 400)

set(folder "${ROOT}/src/SignalBox/qt")
file(GLOB_RECURSE files RELATIVE "${folder}" "${folder}/*.h" "${folder}/*.cpp")
list(LENGTH files count)
if(count LESS 150)
    message(FATAL_ERROR "Only ${count} files were found, so not all were looked at.")
endif()
set(faults 0)
foreach(file IN LISTS files)
    file(READ "${folder}/${file}" text)
    string(REGEX MATCHALL "\n" ends "${text}")
    list(LENGTH ends lines)
    if(lines GREATER longest)
        message("TOO LONG: ${file} has ${lines} lines, and ${longest} are the most")
        math(EXPR faults "${faults} + 1")
    endif()
endforeach()
if(faults GREATER 0)
    message(FATAL_ERROR "${faults} files are too long: each file is one concept")
endif()
message("${count} files of at most ${longest} lines")
