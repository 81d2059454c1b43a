# SPDX-License-Identifier: MIT
#
# Compiles SOURCE with COMPILER and the directories in INCLUDES, once, and compares the errors with the marks in it.
list(TRANSFORM INCLUDES PREPEND "-I")
set(allErrors)
if(COMPILER MATCHES "clang")
    set(allErrors -ferror-limit=0) # it stops after twenty
endif()
execute_process(
    COMMAND ${COMPILER} -std=c++20 -fsyntax-only -Werror=unused-result ${allErrors} ${INCLUDES} ${SOURCE}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
if(result EQUAL 0)
    message(FATAL_ERROR "The compiler refuses nothing.")
endif()

# Semicolons and brackets would split or join the elements of a list.
file(READ ${SOURCE} text)
string(REGEX REPLACE "[][;]" "" text "${text}")
string(REGEX REPLACE "[][;]" "" output "${output}")
string(REPLACE "\n" ";" lines "${text}")
string(REPLACE "\n" ";" messages "${output}")

cmake_path(GET SOURCE FILENAME file)
set(number 0)
set(marks 0)
foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    set(errors ${messages})
    list(FILTER errors INCLUDE REGEX "${file}:${number}:[0-9]+: error:")
    if(line MATCHES "// refused: (.*)")
        math(EXPR marks "${marks} + 1")
        set(expected "${CMAKE_MATCH_1}")
        if(errors STREQUAL "")
            message(SEND_ERROR "Line ${number} is not refused: ${line}")
        elseif(NOT errors MATCHES "${expected}")
            message(SEND_ERROR "Line ${number} is refused, but not with \"${expected}\": ${errors}")
        endif()
    elseif(NOT errors STREQUAL "")
        message(SEND_ERROR "Line ${number} is right, but refused: ${errors}")
    endif()
endforeach()
if(marks EQUAL 0)
    message(FATAL_ERROR "${SOURCE} has no marks.")
endif()
message(STATUS "${marks} lines are refused, as they should be.")
