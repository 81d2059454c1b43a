# SPDX-License-Identifier: MIT
#
# Fails if the object files OBJECTS refer to any symbol that they do not define but the ones of the list ALLOWED: what a
# signal handler runs must not reach anything that allocates or locks.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND "${NM}" --undefined-only --format=posix ${OBJECTS}
    OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n ]+ [Uvw]" lines "${output}")
foreach(line IN LISTS lines)
    string(REGEX REPLACE " .*" "" symbol "${line}")
    string(REGEX REPLACE "@.*" "" symbol "${symbol}")
    if(symbol MATCHES "^__aarch64_(cas|swp|ld(add|clr|eor|set))[0-9]+_")
        # An atomic operation on arm64: which instructions there are for it is asked when the program runs.
    elseif(NOT symbol IN_LIST ALLOWED)
        list(APPEND unexpected "${symbol}")
    endif()
endforeach()
if(unexpected)
    message(FATAL_ERROR "A signal handler would call ${unexpected}")
endif()
