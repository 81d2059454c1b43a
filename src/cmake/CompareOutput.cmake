# SPDX-License-Identifier: MIT
# Runs PROGRAM with ARGUMENTS and fails unless it exits 0 with exactly the text of the file EXPECTED on its standard output.
execute_process(COMMAND "${PROGRAM}" ${ARGUMENTS} OUTPUT_VARIABLE output RESULT_VARIABLE result)
file(READ "${EXPECTED}" expected)
if(NOT result EQUAL 0 OR NOT output STREQUAL expected)
    message(FATAL_ERROR "${PROGRAM} exited ${result} and printed\n${output}\nexpected\n${expected}")
endif()
