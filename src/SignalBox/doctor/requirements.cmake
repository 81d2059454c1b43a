# SPDX-License-Identifier: MIT
#
# Switches SIGNALBOX_BUILD_DOCTOR off, and says why, where something is missing. Included by the folder above.
find_library(SIGNALBOX_LIBDW dw DOC "libdw of elfutils, for signalbox-doctor")
find_path(SIGNALBOX_LIBDW_INCLUDE elfutils/libdwfl.h DOC "Headers of libdw, for signalbox-doctor")
mark_as_advanced(SIGNALBOX_LIBDW SIGNALBOX_LIBDW_INCLUDE)

set(reason "")
if(NOT CMAKE_SYSTEM_NAME STREQUAL Linux OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" OR CMAKE_SIZEOF_VOID_P LESS 8)
    set(reason "it is for Linux on x86-64")
elseif(NOT SIGNALBOX_BUILD_QT)
    set(reason "SIGNALBOX_BUILD_QT is off")
elseif(NOT SIGNALBOX_LIBDW OR NOT SIGNALBOX_LIBDW_INCLUDE)
    set(reason "libdw was not found (Debian: libdw-dev)")
else()
    # Since 6.10 the private targets are a component of their own.
    if(Qt6_VERSION VERSION_GREATER_EQUAL 6.9)
        find_package(Qt6 QUIET COMPONENTS CorePrivate)
    endif()
    get_target_property(type Qt6::Core TYPE)
    set(private_header "")
    if(TARGET Qt6::CorePrivate)
        # Its own folders are known only when build files are written.
        get_target_property(folders Qt6::Core INTERFACE_INCLUDE_DIRECTORIES)
        foreach(folder IN LISTS folders)
            if(EXISTS "${folder}/${Qt6_VERSION}/QtCore/private/qobject_p.h")
                set(private_header found)
            endif()
        endforeach()
    endif()
    if(NOT type STREQUAL SHARED_LIBRARY)
        set(reason "Qt is linked statically")
    elseif(NOT private_header)
        set(reason "Qt's private headers were not found (Debian: qt6-base-private-dev)")
    elseif(NOT Qt6_VERSION VERSION_LESS 6.5)
        # Whether what Qt keeps to itself is still as preload/qtversion.h has it.
        set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
        set(folder "${CMAKE_CURRENT_LIST_DIR}/preload")
        try_compile(SIGNALBOX_DOCTOR_KNOWS_QT_${Qt6_VERSION} "${SignalBox_BINARY_DIR}/doctorknowsqt"
            SOURCES "${folder}/calls.cpp" "${folder}/connects.cpp" "${folder}/hooks.cpp" "${folder}/loops.cpp"
            LINK_LIBRARIES Qt6::CorePrivate
            CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
        unset(CMAKE_TRY_COMPILE_TARGET_TYPE)
        if(NOT SIGNALBOX_DOCTOR_KNOWS_QT_${Qt6_VERSION})
            set(reason "Qt ${Qt6_VERSION} lays out its objects in a way that it does not know")
        endif()
    endif()
endif()
if(reason)
    message(STATUS "signalbox-doctor is not built: ${reason}")
    set(SIGNALBOX_BUILD_DOCTOR OFF)
endif()
