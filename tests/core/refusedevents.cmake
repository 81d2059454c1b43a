# SPDX-License-Identifier: MIT
#
# Compiles SOURCE with COMPILER and the directories in INCLUDES, with EVENT as each of several types. Those that are no events
# are refused by one error, the first, whose text matches EXPECTED; one that is one compiles.
cmake_minimum_required(VERSION 3.25)
list(TRANSFORM INCLUDES PREPEND "-I")
include("${CMAKE_CURRENT_LIST_DIR}/../precompiled.cmake")
set(compile ${COMPILER} -std=c++20 ${INCLUDES} ${OPTIONS})
precompile(headers "${SOURCE}" ${compile})

function(compile event)
    execute_process(
        COMMAND ${compile} ${headers} -fsyntax-only "-DEVENT=${event}" ${SOURCE}
        RESULT_VARIABLE result
        OUTPUT_VARIABLE output
        ERROR_VARIABLE output)
    set(result "${result}" PARENT_SCOPE)
    string(REGEX REPLACE "[][;]" "" output "${output}")
    string(REPLACE "\n" ";" lines "${output}")
    list(FILTER lines INCLUDE REGEX " error: ")
    set(errors "${lines}" PARENT_SCOPE)
endfunction()

foreach(event IN ITEMS "void" "int" "int*")
    compile("${event}")
    if(NOT result EQUAL 0)
        message(SEND_ERROR "${event} is an event, but refused: ${errors}")
    endif()
endforeach()
foreach(event IN ITEMS "int&" "const int&" "int&&" "const int" "volatile int" "const void" "int()")
    compile("${event}")
    list(LENGTH errors count)
    list(APPEND errors "no error")
    list(GET errors 0 first)
    # Clang goes on after the first one, and then finds no members.
    if((NOT count EQUAL 1 AND NOT COMPILER MATCHES "clang") OR NOT first MATCHES "${EXPECTED}")
        message(SEND_ERROR "${event}: one error with \"${EXPECTED}\" was expected, got ${count}: ${errors}")
    endif()
endforeach()
