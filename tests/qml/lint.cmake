# SPDX-License-Identifier: MIT
#
# Runs QML_LINT on each of FILES, which import from the folders in IMPORTS. That of Qt 6.4 crashes now and then: one run in thirteen when
# it is given all files, more rarely with one. So each file is given alone, and again, up to five times, as long as qmllint crashes.
list(TRANSFORM IMPORTS PREPEND "-I;")
foreach(file IN LISTS FILES)
    foreach(attempt RANGE 1 5)
        execute_process(COMMAND "${QML_LINT}" ${IMPORTS} "${file}" RESULT_VARIABLE result)
        # A number is what qmllint says of the file. Anything else is the name of the signal that ended it.
        if(result MATCHES "^[0-9]+$")
            break()
        endif()
    endforeach()
    if(NOT result EQUAL 0)
        message(SEND_ERROR "${file}: ${result}")
    endif()
endforeach()
