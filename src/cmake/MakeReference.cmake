# SPDX-License-Identifier: MIT
#
# Runs DOXYGEN on src/Doxyfile; fails on any warning. The pages of VERSION of the project in ROOT go to OUTPUT.
file(MAKE_DIRECTORY "${OUTPUT}")
set(ENV{SIGNALBOX_VERSION} "${VERSION}")
set(ENV{SIGNALBOX_REFERENCE} "${OUTPUT}")
# Newer versions have dark colours of their own, in the light page's file.
execute_process(COMMAND "${DOXYGEN}" --version OUTPUT_VARIABLE doxygen_version OUTPUT_STRIP_TRAILING_WHITESPACE)
set(styles "src/manual/site.css")
if(doxygen_version VERSION_LESS 1.9.5)
    string(APPEND styles " src/manual/dark.css")
endif()
set(ENV{SIGNALBOX_STYLES} "${styles}")
include("${CMAKE_CURRENT_LIST_DIR}/PublicHeaders.cmake")
signalbox_qt_headers("${ROOT}" headers)
list(JOIN headers " " headers)
set(ENV{SIGNALBOX_QT_HEADERS} "${headers}")
file(REMOVE_RECURSE "${OUTPUT}/html") # what an older run has left would be taken for a page
execute_process(COMMAND "${DOXYGEN}" src/Doxyfile WORKING_DIRECTORY "${ROOT}" OUTPUT_QUIET RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "Doxygen warns, see above: exit code ${result}")
endif()
message(STATUS "The reference is ${OUTPUT}/html/index.html")
