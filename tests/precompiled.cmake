# SPDX-License-Identifier: MIT
#
# For tests that compile one source many times: the headers that it includes are read once.

# Sets RESULT to the options with which COMPILER, given the same options otherwise, takes the headers of SOURCE as read. The file
# that they are kept in lies below the working directory.
function(precompile result source)
    cmake_path(GET source STEM name)
    set(header "${CMAKE_CURRENT_BINARY_DIR}/precompiled/${name}/includes.h")
    file(STRINGS "${source}" includes REGEX "^#include <")
    list(JOIN includes "\n" includes)
    file(WRITE "${header}" "${includes}\n")
    execute_process(COMMAND ${ARGN} -x c++-header "${header}" -o "${header}.gch" COMMAND_ERROR_IS_FATAL ANY)
    set(${result} -include "${header}" PARENT_SCOPE)
endfunction()
