# SPDX-License-Identifier: MIT
#
# Fails, with the difference, if the public names are not those of RECORDED. For the other variables see names.cmake.
include("${CMAKE_CURRENT_LIST_DIR}/names.cmake")
execute_process(COMMAND diff --unified=0 "${RECORDED}" "${OUTPUT}" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "The public names are not the recorded ones, see above. packaging/record-interface records them; "
        "the difference belongs into the commit that makes it, and into CHANGELOG.md.")
endif()
