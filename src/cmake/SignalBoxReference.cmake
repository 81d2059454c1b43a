# SPDX-License-Identifier: MIT
#
# The target `reference`, where Doxygen is found: one site of the manual and of the public headers, in BUILD/reference.
find_program(SIGNALBOX_DOXYGEN doxygen DOC "Doxygen, for the target reference")
mark_as_advanced(SIGNALBOX_DOXYGEN)
if(SIGNALBOX_DOXYGEN)
    add_custom_target(reference
        COMMAND ${CMAKE_COMMAND} "-DDOXYGEN=${SIGNALBOX_DOXYGEN}" "-DROOT=${SignalBox_SOURCE_DIR}"
            "-DVERSION=${SignalBox_VERSION}" "-DOUTPUT=${SignalBox_BINARY_DIR}/reference"
            -P "${SignalBox_SOURCE_DIR}/src/cmake/MakeReference.cmake"
        COMMENT "Making the reference"
        VERBATIM)
endif()
