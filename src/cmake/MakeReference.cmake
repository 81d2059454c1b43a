# SPDX-License-Identifier: MIT
#
# Runs DOXYGEN on src/Doxyfile; fails on any warning. The pages of VERSION of the project in ROOT go to OUTPUT.
file(MAKE_DIRECTORY "${OUTPUT}")
set(ENV{SIGNALBOX_VERSION} "${VERSION}")
set(ENV{SIGNALBOX_REFERENCE} "${OUTPUT}")
execute_process(COMMAND "${DOXYGEN}" src/Doxyfile WORKING_DIRECTORY "${ROOT}" OUTPUT_QUIET RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "Doxygen warns, see above: exit code ${result}")
endif()
message(STATUS "The reference is ${OUTPUT}/html/index.html")
