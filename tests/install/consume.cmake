# SPDX-License-Identifier: MIT
#
# Configures, builds and runs the project in `consumer`, afresh, in `work_directory`.
#   prefix            where SignalBox is installed
#   version           which one the consumer asks for; 0.2 unless told
#   components, optional_components   what the consumer asks for, joined by +
#   find_with         how the consumer finds SignalBox; cmake unless told
#   without_qt=ON     Qt may neither be looked for nor linked
#   lint=ON           also runs qmllint
#   expected_error    configuring must fail with this text
file(REMOVE_RECURSE "${work_directory}")

set(arguments
    "-DCMAKE_BUILD_TYPE=${configuration}"
    "-DCMAKE_CXX_COMPILER=${compiler}"
    "-DCMAKE_PREFIX_PATH=${prefix}"
    "-DSIGNALBOX_SOURCE_DIRECTORY=${source_directory}"
    "-DFIND_WITH=${find_with}")
if(DEFINED version)
    list(APPEND arguments "-DVERSION=${version}")
endif()
if(DEFINED components)
    string(REPLACE "+" "\\;" components "${components}")
    list(APPEND arguments "-DCOMPONENTS=${components}")
endif()
if(DEFINED optional_components)
    string(REPLACE "+" "\\;" optional_components "${optional_components}")
    list(APPEND arguments "-DOPTIONAL_COMPONENTS=${optional_components}")
endif()
if(without_qt)
    list(APPEND arguments "-DCMAKE_DISABLE_FIND_PACKAGE_Qt6=ON")
else()
    list(APPEND arguments "-DQt6_DIR=${qt_directory}")
endif()

execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${consumer}" -B "${work_directory}" -G "${generator}" --no-warn-unused-cli ${arguments}
    RESULT_VARIABLE result ERROR_VARIABLE errors ECHO_ERROR_VARIABLE)
if(expected_error)
    # CMake breaks its messages into lines of its own length.
    string(REGEX REPLACE "[ \n]+" " " errors "${errors}")
    string(FIND "${errors}" "${expected_error}" position)
    if(result EQUAL 0 OR position EQUAL -1)
        message(FATAL_ERROR "Configuring should have failed with: ${expected_error}")
    endif()
    return()
elseif(NOT result EQUAL 0)
    message(FATAL_ERROR "Configuring failed: ${result}")
endif()

execute_process(
    COMMAND "${CMAKE_COMMAND}" --build "${work_directory}" --config "${configuration}"
    COMMAND_ERROR_IS_FATAL ANY)
if(lint)
    execute_process(
        COMMAND "${CMAKE_COMMAND}" --build "${work_directory}" --config "${configuration}" --target all_qmllint
        COMMAND_ERROR_IS_FATAL ANY)
endif()

# The consumer writes here where its executable is; one that only finds packages has none.
set(program_file "${work_directory}/program.path")
if(NOT EXISTS "${program_file}")
    return()
endif()
file(STRINGS "${program_file}" program)
set(ENV{QT_QPA_PLATFORM} offscreen)
set(ENV{QT_QUICK_BACKEND} software)
execute_process(COMMAND "${program}" TIMEOUT 60 COMMAND_ERROR_IS_FATAL ANY)

if(without_qt)
    file(GET_RUNTIME_DEPENDENCIES EXECUTABLES "${program}"
        RESOLVED_DEPENDENCIES_VAR resolved UNRESOLVED_DEPENDENCIES_VAR unresolved)
    if(NOT resolved)
        message(FATAL_ERROR "${program}: found no libraries at all, so nothing was checked.")
    endif()
    list(FILTER resolved INCLUDE REGEX "Qt[0-9]*[A-Z]")
    if(resolved OR unresolved)
        message(FATAL_ERROR "${program} must not need: ${resolved} ${unresolved}")
    endif()
endif()
