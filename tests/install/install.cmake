# SPDX-License-Identifier: MIT
#
# Installs the build in `build_directory` to `prefix`, afresh: all of it or the given `components` (joined by +), below
# `destination` if that is given.
file(REMOVE_RECURSE "${destination}${prefix}")
set(ENV{DESTDIR} "${destination}")
string(REPLACE "+" ";" components "${components}")
if(NOT components)
    set(components all)
endif()
foreach(component IN LISTS components)
    set(selection)
    if(NOT component STREQUAL "all")
        set(selection --component ${component})
    endif()
    execute_process(
        COMMAND "${CMAKE_COMMAND}" --install "${build_directory}" --config "${configuration}" --prefix "${prefix}"
            ${selection}
        COMMAND_ERROR_IS_FATAL ANY)
endforeach()
