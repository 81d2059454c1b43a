# SPDX-License-Identifier: MIT
#
# Runs QML_LINT on each of FILES, which import from the folders in IMPORTS. One at a time: that of Qt 6.4 crashes now and then when it
# is given all of them, one run in thirteen.
list(TRANSFORM IMPORTS PREPEND "-I;")
foreach(file IN LISTS FILES)
    execute_process(COMMAND "${QML_LINT}" ${IMPORTS} "${file}" RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(SEND_ERROR "${file}: ${result}")
    endif()
endforeach()
