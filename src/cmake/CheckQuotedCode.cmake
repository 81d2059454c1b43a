# SPDX-License-Identifier: MIT
# Fails unless DOCUMENT contains the text of the file SOURCE, without the comment that it begins with, and that of EXPECTED.
file(READ "${DOCUMENT}" document)
file(READ "${SOURCE}" code)
file(READ "${EXPECTED}" expected)
string(REGEX REPLACE "^(//[^\n]*\n)+\n" "" code "${code}")
foreach(part IN ITEMS code expected)
    string(FIND "${document}" "${${part}}" position)
    if(position EQUAL -1)
        message(FATAL_ERROR "${DOCUMENT} does not quote this:\n${${part}}")
    endif()
endforeach()
