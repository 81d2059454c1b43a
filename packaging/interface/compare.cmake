# SPDX-License-Identifier: MIT
#
# Fails if the shared library LIBRARY is no replacement for the one of which BASELINE (.abi.gz) was recorded: a symbol has
# gone, or a type that the installed HEADERS show has another layout. Further symbols are none of this.
# With a REASON not to compare, it says that, and the test counts as skipped.
cmake_minimum_required(VERSION 3.25)
if(REASON)
    message("Skipped: ${REASON}")
    return()
endif()
execute_process(COMMAND gzip --decompress --stdout "${BASELINE}" OUTPUT_FILE "${WORK}.recorded.abi" COMMAND_ERROR_IS_FATAL ANY)
set(OUTPUT "${WORK}.abi")
include("${CMAKE_CURRENT_LIST_DIR}/describe.cmake")
execute_process(COMMAND abidiff --no-added-syms "${WORK}.recorded.abi" "${OUTPUT}" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "The binary interface of ${LIBRARY} is not the recorded one, see above. Within a minor version it must be. "
        "Before that version is out, this records it anew: packaging/record-interface")
endif()
