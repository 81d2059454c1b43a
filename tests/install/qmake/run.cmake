# SPDX-License-Identifier: MIT
#
# The README's program, built by qmake with the README's project, against what is installed in `prefix`, and run without any
# help to find its libraries.
#   qmake, program, expected   the tool, the program's source, and what it prints
file(REMOVE_RECURSE "${work_directory}")
file(COPY_FILE "${CMAKE_CURRENT_LIST_DIR}/viewer.pro" "${work_directory}.pro")
file(MAKE_DIRECTORY "${work_directory}")
file(RENAME "${work_directory}.pro" "${work_directory}/viewer.pro")
file(COPY_FILE "${program}" "${work_directory}/main.cpp")
set(ENV{PKG_CONFIG_PATH} "${packages}")
unset(ENV{LD_LIBRARY_PATH})
execute_process(COMMAND "${qmake}" "QMAKE_CXX=${compiler}" "QMAKE_LINK=${compiler}" viewer.pro
    WORKING_DIRECTORY "${work_directory}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND make WORKING_DIRECTORY "${work_directory}" COMMAND_ERROR_IS_FATAL ANY)
set(ENV{QT_QPA_PLATFORM} offscreen)
execute_process(COMMAND "${work_directory}/viewer" TIMEOUT 60 OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
file(READ "${expected}" text)
if(NOT output STREQUAL text)
    message(FATAL_ERROR "It printed:\n${output}and not:\n${text}")
endif()
