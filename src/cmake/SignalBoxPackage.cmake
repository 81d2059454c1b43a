# SPDX-License-Identifier: MIT
#
# The files by which other build systems find an installed SignalBox: the CMake package and pkg-config's description of
# Core. They belong to Core's development component, since every other layer needs that one anyway.
include(CMakePackageConfigHelpers)

configure_package_config_file(
    "${SignalBox_SOURCE_DIR}/src/SignalBoxConfig.cmake.in"
    "${SignalBox_BINARY_DIR}/SignalBoxConfig.cmake"
    INSTALL_DESTINATION "${SIGNALBOX_INSTALL_CMAKEDIR}"
    PATH_VARS SIGNALBOX_INSTALL_QMLDIR)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file("${SignalBox_BINARY_DIR}/SignalBoxConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
    "${SignalBox_BINARY_DIR}/SignalBoxConfig.cmake"
    "${SignalBox_BINARY_DIR}/SignalBoxConfigVersion.cmake"
    DESTINATION "${SIGNALBOX_INSTALL_CMAKEDIR}" COMPONENT SignalBoxCoreDevelopment)

set(pkgconfig_directory "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
# Relative, so that a moved prefix still works.
cmake_path(RELATIVE_PATH CMAKE_CURRENT_BINARY_DIR BASE_DIRECTORY
    "${CMAKE_CURRENT_BINARY_DIR}/${pkgconfig_directory}" OUTPUT_VARIABLE SIGNALBOX_PC_PREFIX)
set(SIGNALBOX_PC_DEFINITIONS)
if(NOT BUILD_SHARED_LIBS)
    set(SIGNALBOX_PC_DEFINITIONS " -DSIGNALBOX_CORE_STATIC_DEFINE")
endif()
configure_file("${SignalBox_SOURCE_DIR}/src/cmake/signalbox-core.pc.in"
    "${SignalBox_BINARY_DIR}/signalbox-core.pc" @ONLY)
install(FILES "${SignalBox_BINARY_DIR}/signalbox-core.pc"
    DESTINATION "${pkgconfig_directory}" COMPONENT SignalBoxCoreDevelopment)
