# SPDX-License-Identifier: MIT
# Fails unless DOCUMENT contains the text of the file SOURCE, its licence line aside, and that of EXPECTED.
file(READ "${DOCUMENT}" document)
file(READ "${SOURCE}" code)
file(READ "${EXPECTED}" expected)
string(REGEX REPLACE "^// SPDX[^\n]*\n" "" code "${code}")
foreach(part IN ITEMS code expected)
    string(FIND "${document}" "${${part}}" position)
    if(position EQUAL -1)
        message(FATAL_ERROR "${DOCUMENT} does not quote this:\n${${part}}")
    endif()
endforeach()
