# SPDX-License-Identifier: MIT
#
# The files by which other build systems find an installed SignalBox: the CMake package, which belongs to Core's
# development component, since every other layer needs that one anyway, and pkg-config's description of each layer.
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

# A layer needs those below of exactly this version, as their headers and libraries do.
function(signalbox_install_pkgconfig layer summary)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "REQUIRES;PRIVATE;VARIABLES" "")
    set(SIGNALBOX_PC_LAYER "${layer}")
    set(SIGNALBOX_PC_SUMMARY "${summary}")
    set(SIGNALBOX_PC_REQUIRES "${arg_REQUIRES}")
    set(SIGNALBOX_PC_PRIVATE "${arg_PRIVATE}")
    set(SIGNALBOX_PC_VARIABLES "${arg_VARIABLES}")
    set(SIGNALBOX_PC_DEFINITIONS)
    string(TOLOWER "signalbox-${layer}.pc" name)
    if(NOT BUILD_SHARED_LIBS)
        string(TOUPPER " -DSIGNALBOX_${layer}_STATIC_DEFINE" SIGNALBOX_PC_DEFINITIONS)
    endif()
    configure_file("${SignalBox_SOURCE_DIR}/src/cmake/signalbox.pc.in" "${SignalBox_BINARY_DIR}/${name}" @ONLY)
    install(FILES "${SignalBox_BINARY_DIR}/${name}"
        DESTINATION "${pkgconfig_directory}" COMPONENT SignalBox${layer}Development)
endfunction()

set(private_libraries "-pthread")
if(WIN32)
    string(APPEND private_libraries " -lsynchronization")
endif()
signalbox_install_pkgconfig(Core "the layer without Qt" PRIVATE "${private_libraries}")
if(SIGNALBOX_BUILD_QT)
    signalbox_install_pkgconfig(Qt "handlers on the event loops of threads"
        REQUIRES "signalbox-core = ${SignalBox_VERSION}, Qt6Core >= 6.4")
    signalbox_install_pkgconfig(Test "virtual time and a spy, for tests" REQUIRES "signalbox-qt = ${SignalBox_VERSION}")
    signalbox_install_pkgconfig(OsSignals "POSIX signals on an event loop" REQUIRES "signalbox-qt = ${SignalBox_VERSION}")
endif()
if(SIGNALBOX_BUILD_QML)
    signalbox_install_pkgconfig(Qml "import SignalBox"
        REQUIRES "signalbox-qt = ${SignalBox_VERSION}, signalbox-ossignals = ${SignalBox_VERSION}, Qt6Qml >= 6.4"
        # What belongs into QQmlEngine::addImportPath().
        VARIABLES "qmldir=\${prefix}/${SIGNALBOX_INSTALL_QMLDIR}\n")
endif()
