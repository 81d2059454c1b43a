# SPDX-License-Identifier: MIT
#
# The reference of another project, made with SignalBox.tag, links to the pages of ours.
#   cmake -DDOXYGEN=... -DREFERENCE=DIR -DOUTPUT=DIR -P tagfile.cmake
file(REMOVE_RECURSE "${OUTPUT}")
file(MAKE_DIRECTORY "${OUTPUT}")
file(WRITE "${OUTPUT}/camera.h" [[
/*! A camera. Whoever holds a SignalBox::HandlerGuard hears of its pictures, by SignalBox::AsyncRegistry::post(). */
class Camera
{
};
]])
file(WRITE "${OUTPUT}/Doxyfile" "INPUT = \"${OUTPUT}/camera.h\"\nOUTPUT_DIRECTORY = \"${OUTPUT}\"\nGENERATE_LATEX = NO
HAVE_DOT = NO\nQUIET = YES\nWARN_AS_ERROR = YES\nTAGFILES = \"${REFERENCE}/SignalBox.tag=ours\"\n")
execute_process(COMMAND "${DOXYGEN}" "${OUTPUT}/Doxyfile" RESULT_VARIABLE outcome)
if(NOT outcome EQUAL 0)
    message(FATAL_ERROR "Doxygen fails with the tag file.")
endif()
file(READ "${OUTPUT}/html/classCamera.html" page)
foreach(pattern IN ITEMS
        "href=\"ours/([^\"#]+)\">SignalBox::HandlerGuard<"
        "href=\"ours/([^\"#]+)#[^\"]+\">SignalBox::AsyncRegistry::post\\(\\)<")
    if(NOT page MATCHES "${pattern}")
        message(FATAL_ERROR "${OUTPUT}/html/classCamera.html has no link like ${pattern}")
    endif()
    if(NOT EXISTS "${REFERENCE}/html/${CMAKE_MATCH_1}")
        message(FATAL_ERROR "The link leads to ${CMAKE_MATCH_1}, which is not in ${REFERENCE}/html")
    endif()
endforeach()
