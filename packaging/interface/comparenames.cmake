# SPDX-License-Identifier: MIT
#
# Fails, with the difference, if the public names are not those of RECORDED. For the other variables see names.cmake; DOXYGEN is the program.
# What another version of Doxygen or Qt describes than that of the record is not compared, and said.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND "${DOXYGEN}" --version OUTPUT_VARIABLE DOXYGEN_VERSION COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCH "^[0-9.]+" DOXYGEN_VERSION "${DOXYGEN_VERSION}")
include("${CMAKE_CURRENT_LIST_DIR}/names.cmake")
file(READ "${RECORDED}" recorded)
file(READ "${OUTPUT}" present)
foreach(pair IN ITEMS "Doxygen ${DOXYGEN_VERSION}|c[+][+]" "Qt ${QT_VERSION}|qml")
    string(REGEX REPLACE "[|].*" "" tool "${pair}")
    string(REGEX REPLACE ".*[|]" "" kind "${pair}")
    string(FIND "\n${recorded}" "\nby ${tool}\n" place)
    if(place EQUAL -1)
        message("The names \"${kind}\" are not compared, since the recorded ones are not by ${tool}.")
        foreach(text IN ITEMS recorded present)
            string(REGEX REPLACE "(^|\n)(${kind}|by) [^\n]*" "" ${text} "\n${${text}}")
        endforeach()
    endif()
endforeach()
file(WRITE "${OUTPUT}.recorded" "${recorded}")
file(WRITE "${OUTPUT}.present" "${present}")
execute_process(COMMAND diff --unified=0 "${OUTPUT}.recorded" "${OUTPUT}.present" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "The public names are not the recorded ones, see above. This records them: packaging/record-interface. "
        "The difference belongs into the commit that makes it, and into CHANGELOG.md, but for a \"text\", which any version may change.")
endif()
