# SPDX-License-Identifier: MIT
#
# Compiles SOURCE with COMPILER and the directories in INCLUDES, once for each case that it has: `#elif defined(CASE_...)`. Each has
# one error, whose text has one of the sentences in EXPECTED; CASE_CORRECT has none.
cmake_minimum_required(VERSION 3.25)
list(TRANSFORM INCLUDES PREPEND "-I")
include("${CMAKE_CURRENT_LIST_DIR}/../precompiled.cmake")
set(compile ${COMPILER} -std=c++20 ${INCLUDES})
precompile(headers "${SOURCE}" ${compile})

file(READ "${SOURCE}" text)
string(REGEX MATCHALL "CASE_[A-Z_]+" cases "${text}")
list(REMOVE_DUPLICATES cases)
list(LENGTH cases count)
if(count LESS 2)
    message(FATAL_ERROR "${SOURCE} has no cases.")
endif()

foreach(case IN LISTS cases)
    execute_process(
        COMMAND ${compile} ${headers} -fsyntax-only -D${case} ${SOURCE}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    string(REGEX REPLACE "[][;]" "" output "${output}")
    string(REPLACE "\n" ";" lines "${output}")
    list(FILTER lines INCLUDE REGEX " error: ")
    if(case STREQUAL "CASE_CORRECT")
        if(NOT result EQUAL 0)
            message(SEND_ERROR "What is right is refused: ${lines}")
        endif()
        continue()
    endif()
    list(LENGTH lines errors)
    set(isExpected FALSE)
    foreach(sentence IN LISTS EXPECTED)
        string(FIND "${lines}" "${sentence}" place)
        if(NOT place EQUAL -1)
            set(isExpected TRUE)
        endif()
    endforeach()
    if(NOT errors EQUAL 1 OR NOT isExpected)
        message(SEND_ERROR "${case}: one error with \"${EXPECTED}\" was expected, got ${errors}: ${lines}")
    endif()
endforeach()
