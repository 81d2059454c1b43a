# SPDX-License-Identifier: MIT
#
# What every SignalBox target has in common. A layer's CMakeLists.txt lists its files and calls one of these:
#
#   signalbox_add_library(Core              the layer: target SignalBoxCore, alias SignalBox::Core
#     SOURCES hazarddomain.cpp ...          compiled, never installed (private headers go here)
#     HEADERS syncregistry.h ...            installed as <SignalBox/core/syncregistry.h>, each compiled alone by the tests
#     FORWARDING SyncRegistry ...           files in src/SignalBox, installed as <SignalBox/SyncRegistry>
#     LINK Threads::Threads ...             public link dependencies
#     [QT])                                 moc, metatypes for tools, and the strict Qt definitions
#   A generated header, <SignalBox/core/core_export.h>, defines SIGNALBOX_CORE_EXPORT. Symbols are hidden by default.
#
#   signalbox_add_qml_module(URI SignalBox VERSION 1.0
#     SOURCES ... HEADERS ... FORWARDING ... LINK ...   as above; the layer is Qml, headers install as <SignalBox/name.h>
#     QML_FILES Lamp.qml ...)
#   Creates SignalBoxQml and its plugin in <build>/qml/SignalBox, installed so that `import SignalBox` finds it.
#
#   signalbox_add_test(tst_priority         an executable and a ctest test of that name, labelled with its directory's name;
#                                           <directory>_tst_priority if an earlier directory has that name already
#     SOURCES tst_priority.cpp LIBRARIES SignalBox::Core
#     [QT] [QML]                            QT as above, runs offscreen; QML also finds `import SignalBox`
#     [PRECOMPILED <QtTest/qtest.h> ...]    headers that are compiled once for all tests of the directory that say the same
#     [TARGET tst_other]                    run an executable that exists already, with other arguments or environment
#     [ARGUMENTS ...] [ENVIRONMENT A=b ...] [LABELS ...] [TIMEOUT seconds] [SERIAL])
#
#   signalbox_warnings(target)              our warnings, privately
#   signalbox_qt_target(target)             moc and the strict Qt definitions, privately; for examples and benchmarks
#   signalbox_import_qml_module(target)     for programs of this project that `import SignalBox`: they need the plugin
include_guard(GLOBAL)
include(GenerateExportHeader)
include(GNUInstallDirs)

set(SIGNALBOX_INSTALL_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/SignalBox" CACHE STRING
    "Where the CMake package files are installed")
set(SIGNALBOX_INSTALL_QMLDIR "${CMAKE_INSTALL_LIBDIR}/qt6/qml" CACHE STRING
    "Where the QML module is installed")
mark_as_advanced(SIGNALBOX_INSTALL_CMAKEDIR SIGNALBOX_INSTALL_QMLDIR)

function(signalbox_warnings target)
    if(MSVC)
        target_compile_options(${target} PRIVATE /W4 /permissive-)
    else()
        target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
    endif()
endfunction()

function(signalbox_qt_target target)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
    target_compile_definitions(${target} PRIVATE
        QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_FOREACH QT_NO_NARROWING_CONVERSIONS_IN_CONNECT)
endfunction()

function(signalbox_import_qml_module target)
    get_target_property(type Qt6::Qml TYPE)
    if(type STREQUAL SHARED_LIBRARY)
        # What Qt's scan of imports is for, linking static plugins, it only warns of here.
        set_target_properties(${target} PROPERTIES QT_QML_MODULE_NO_IMPORT_SCAN TRUE)
    endif()
    if(BUILD_SHARED_LIBS)
        # Loaded at run time, so nothing else makes a build of the program alone build it.
        add_dependencies(${target} SignalBoxQmlplugin)
    else()
        target_link_libraries(${target} PRIVATE SignalBoxQmlplugin)
    endif()
endfunction()

function(signalbox_add_library layer)
    cmake_parse_arguments(PARSE_ARGV 1 arg "QT" "" "SOURCES;HEADERS;FORWARDING;LINK")
    signalbox_check_arguments()
    set(target SignalBox${layer})
    signalbox_create_library(${target})
    if(arg_QT)
        signalbox_qt_target(${target})
        # Types of other modules that derive from ours find their base class in these.
        qt_extract_metatypes(${target})
    endif()
    signalbox_configure_library(${layer} "${SignalBox_SOURCE_DIR}/src")
    signalbox_install_library(${layer})
endfunction()

function(signalbox_add_qml_module)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "URI;VERSION" "SOURCES;HEADERS;FORWARDING;LINK;QML_FILES")
    signalbox_check_arguments()
    set(arg_QT TRUE)
    set(layer Qml)
    set(target SignalBoxQml)
    string(REPLACE "." "/" module_path "${arg_URI}")

    signalbox_create_library(${target})
    signalbox_qt_target(${target})
    qt_add_qml_module(${target}
        URI ${arg_URI}
        VERSION ${arg_VERSION}
        RESOURCE_PREFIX /qt/qml # the default since Qt 6.5: an import path there
        OUTPUT_DIRECTORY "${SignalBox_QML_IMPORT_PATH}/${module_path}"
        OUTPUT_TARGETS object_targets
        DEPENDENCIES QtQml # for tools: Qt::SortOrder
        SOURCES ${arg_SOURCES} ${arg_HEADERS}
        QML_FILES ${arg_QML_FILES})
    # The generated type registration includes headers by their bare names.
    target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
    set(arg_SOURCES)
    signalbox_configure_library(${layer} "${SignalBox_SOURCE_DIR}/qml")
    signalbox_install_library(${layer} ${object_targets})
    signalbox_install_qml_plugin(${layer} "${SIGNALBOX_INSTALL_QMLDIR}/${module_path}")
    if(NOT BUILD_SHARED_LIBS)
        # As in the package: there is such a target where programs are to link the plugin.
        add_library(SignalBox::${target}plugin ALIAS ${target}plugin)
    endif()
endfunction()

# The first target of a directory with these headers and this key compiles the headers, later ones use the result.
function(signalbox_precompile target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;KEY")
    if(NOT arg_HEADERS)
        return()
    endif()
    string(SHA1 key "${CMAKE_CURRENT_SOURCE_DIR};${arg_HEADERS};${arg_KEY}")
    get_property(first GLOBAL PROPERTY signalbox_precompiled_${key})
    if(first)
        target_precompile_headers(${target} REUSE_FROM ${first})
    else()
        target_precompile_headers(${target} PRIVATE ${arg_HEADERS})
        set_property(GLOBAL PROPERTY signalbox_precompiled_${key} ${target})
    endif()
endfunction()

# In place of AUTOMOC, which reads all sources of a target each time, and compiles one more file for it: with two hundred tests that is a
# tenth of the time of a build. A source includes what moc makes of it; what it makes of a header is compiled where a source includes that.
function(signalbox_run_moc target)
    set_target_properties(${target} PROPERTIES AUTOMOC OFF)
    set(directory "${CMAKE_CURRENT_BINARY_DIR}/moc/${target}")
    file(MAKE_DIRECTORY "${directory}")
    target_include_directories(${target} PRIVATE "${directory}")
    set(includes)
    foreach(source IN LISTS ARGN)
        if(source MATCHES "\\.cpp$")
            file(STRINGS "${source}" lines REGEX "^#include \"")
            list(APPEND includes ${lines})
            cmake_path(GET source STEM name)
            if("#include \"${name}.moc\"" IN_LIST lines)
                signalbox_add_moc_file(${target} "${source}" "${directory}/${name}.moc")
            endif()
        endif()
    endforeach()
    foreach(source IN LISTS ARGN)
        cmake_path(GET source FILENAME name)
        if(source MATCHES "\\.h$" AND "#include \"${name}\"" IN_LIST includes)
            file(STRINGS "${source}" macros REGEX "Q_(OBJECT|GADGET|NAMESPACE)" LIMIT_COUNT 1)
            if(macros)
                cmake_path(GET source STEM stem)
                signalbox_add_moc_file(${target} "${source}" "${directory}/moc_${stem}.cpp")
            endif()
        endif()
    endforeach()
endfunction()

# qt_generate_moc() would not tell moc what the compiler defines, by which Qt knows the system.
function(signalbox_add_moc_file target source output)
    set(predefined "${SignalBox_BINARY_DIR}/mocpredefined.h")
    if(NOT EXISTS "${predefined}")
        set(definitions)
        if(CMAKE_CXX_COMPILER_PREDEFINES_COMMAND)
            execute_process(COMMAND ${CMAKE_CXX_COMPILER_PREDEFINES_COMMAND} OUTPUT_VARIABLE definitions COMMAND_ERROR_IS_FATAL ANY)
        endif()
        file(WRITE "${predefined}" "${definitions}")
    endif()
    cmake_path(ABSOLUTE_PATH source)
    add_custom_command(OUTPUT "${output}"
        COMMAND Qt6::moc --include "${predefined}" -o "${output}" "${source}"
            "-I$<JOIN:$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>,;-I>"
            "-D$<JOIN:$<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>,;-D>"
        DEPENDS "${source}"
        COMMAND_EXPAND_LISTS VERBATIM)
    target_sources(${target} PRIVATE "${output}")
endfunction()

function(signalbox_add_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "QT;QML;SERIAL" "TARGET;TIMEOUT"
        "SOURCES;LIBRARIES;PRECOMPILED;ARGUMENTS;ENVIRONMENT;LABELS")
    signalbox_check_arguments()
    cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME directory)
    if(NOT arg_TARGET)
        if(TARGET ${name})
            set(name ${directory}_${name})
        endif()
        set(arg_TARGET ${name})
        add_executable(${name} ${arg_SOURCES})
        target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
        target_compile_features(${name} PRIVATE cxx_std_20)
        set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
        signalbox_warnings(${name})
        if(MINGW)
            target_sources(${name} PRIVATE "${SignalBox_SOURCE_DIR}/tests/mingw.cpp")
            # Stacks of 2 MB are not enough for the deepest recursions; elsewhere they have 8.
            target_link_options(${name} PRIVATE LINKER:--stack,0x800000)
        endif()
        if(arg_QT OR arg_QML)
            signalbox_qt_target(${name})
            signalbox_run_moc(${name} ${arg_SOURCES})
            # Qt Test programs are large and short-lived: they are to compile fast. Not where timing is what they test.
            if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND NOT CMAKE_BUILD_TYPE STREQUAL Debug)
                if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=address")
                    target_compile_options(${name} PRIVATE -O0 -g1) # compiles in half the time, and finds the same
                else()
                    target_compile_options(${name} PRIVATE -O1 -g1)
                endif()
            endif()
            # Newer versions of Qt have macros that convert what the compiler then blames their user for.
            if(Qt6_VERSION VERSION_GREATER_EQUAL 6.5 AND NOT MSVC)
                target_compile_options(${name} PRIVATE -Wno-conversion)
            endif()
        endif()
        if(arg_QML)
            signalbox_import_qml_module(${name})
        endif()
        signalbox_precompile(${name} HEADERS ${arg_PRECOMPILED} KEY ${arg_LIBRARIES} ${arg_QT} ${arg_QML})
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300) # a busy machine is slower many times over
    endif()

    add_test(NAME ${name} COMMAND ${arg_TARGET} ${arg_ARGUMENTS})
    set_tests_properties(${name} PROPERTIES
        LABELS "${directory};${arg_LABELS}"
        TIMEOUT ${arg_TIMEOUT}
        RUN_SERIAL ${arg_SERIAL}
        ENVIRONMENT "${arg_ENVIRONMENT}")

    if(arg_QT OR arg_QML)
        set(runtime_directory "${SignalBox_BINARY_DIR}/runtime")
        file(MAKE_DIRECTORY "${runtime_directory}")
        file(CHMOD "${runtime_directory}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
        set(changes
            "XDG_RUNTIME_DIR=set:${runtime_directory}"
            "QT_QPA_PLATFORM=set:offscreen"
            "QT_QUICK_BACKEND=set:software"
            # Only programs that run Qt's uninstrumented code may suppress anything.
            "TSAN_OPTIONS=path_list_append:suppressions=${SignalBox_SOURCE_DIR}/tests/tsan.supp"
            # A suppression finds its function only while both stacks are remembered.
            "TSAN_OPTIONS=path_list_append:history_size=7"
            # QProcess starts a thread after its fork.
            "TSAN_OPTIONS=path_list_append:die_after_fork=0")
        if(arg_QML)
            list(APPEND changes
                "QML_IMPORT_PATH=set:${SignalBox_QML_IMPORT_PATH}"
                "QML_DISABLE_DISK_CACHE=set:1")
        endif()
        set_tests_properties(${name} PROPERTIES ENVIRONMENT_MODIFICATION "${changes}")
    endif()
endfunction()

# The rest serves the functions above.

macro(signalbox_check_arguments)
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
    endif()
endmacro()

# qt_add_library() of Qt 6.4 does not look at BUILD_SHARED_LIBS, and Core must not need Qt: so the type is named here.
macro(signalbox_create_library target)
    if(BUILD_SHARED_LIBS)
        set(type SHARED)
    else()
        set(type STATIC)
    endif()
    if(arg_QT)
        qt_add_library(${target} ${type})
    else()
        add_library(${target} ${type})
    endif()
endmacro()

macro(signalbox_configure_library layer base_directory)
    string(TOLOWER ${layer} folder)
    string(TOUPPER SIGNALBOX_${layer} prefix)
    set(generated "${SignalBox_BINARY_DIR}/include")
    set(export_header "${generated}/SignalBox/${folder}/${folder}_export.h")
    list(TRANSFORM arg_FORWARDING PREPEND "${SignalBox_SOURCE_DIR}/src/SignalBox/")

    if(WIN32)
        set(hides_inlines OFF)
    else()
        set(hides_inlines ON)
    endif()
    add_library(SignalBox::${layer} ALIAS ${target})
    set_target_properties(${target} PROPERTIES
        EXPORT_NAME ${layer}
        VERSION ${SignalBox_VERSION}
        # Before 1.0 a minor version may change the binary interface.
        SOVERSION ${SignalBox_VERSION_MAJOR}.${SignalBox_VERSION_MINOR}
        CXX_EXTENSIONS OFF
        CXX_VISIBILITY_PRESET hidden
        # On Windows programs take inline functions of exported classes from the DLL, where they are not inlined.
        VISIBILITY_INLINES_HIDDEN ${hides_inlines}
        # A static Core ends up inside the shared QML plugin too.
        POSITION_INDEPENDENT_CODE ON
        VERIFY_INTERFACE_HEADER_SETS ${SIGNALBOX_BUILD_TESTS})
    generate_export_header(${target} BASE_NAME ${prefix} EXPORT_FILE_NAME "${export_header}")
    target_sources(${target}
        PRIVATE ${arg_SOURCES}
        PUBLIC FILE_SET HEADERS
            BASE_DIRS "${SignalBox_SOURCE_DIR}/src" "${base_directory}" "${generated}"
            FILES ${arg_HEADERS} "${export_header}"
        PUBLIC FILE_SET forwarding TYPE HEADERS BASE_DIRS "${SignalBox_SOURCE_DIR}/src" FILES ${arg_FORWARDING})
    # What forwarding headers include is verified itself.
    set_target_properties(${target} PROPERTIES INTERFACE_HEADER_SETS_TO_VERIFY HEADERS)
    target_link_libraries(${target} PUBLIC ${arg_LINK})
    target_compile_features(${target} PUBLIC cxx_std_20)
    if(NOT BUILD_SHARED_LIBS)
        target_compile_definitions(${target} PUBLIC ${prefix}_STATIC_DEFINE)
    endif()
    # Or GCC neither inlines exported functions inside of a shared library nor looks into them, since another library
    # might replace them.
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>")
    signalbox_forbid_undefined_symbols(${target})
    signalbox_version_symbols(${target} ${target}_${SignalBox_VERSION_MAJOR}.${SignalBox_VERSION_MINOR})
    signalbox_warnings(${target})
endmacro()

# Each exported symbol gets the minor version, so that a process may have the libraries of two: a plugin whose library was
# loaded second calls its own, and not the one of the same name that the program has. A library under another's name is refused.
function(signalbox_version_symbols target version)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL SHARED_LIBRARY AND CMAKE_EXECUTABLE_FORMAT STREQUAL ELF)
        set(script "${CMAKE_CURRENT_BINARY_DIR}/${target}.symbols")
        file(CONFIGURE OUTPUT "${script}" CONTENT "${version} { global: *; };\n")
        target_link_options(${target} PRIVATE "LINKER:--version-script=${script}")
        set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${script}")
    endif()
endfunction()

# A forgotten export must fail at link time, not when somebody imports the module. The sanitizer runtimes of Clang
# resolve only at run time.
function(signalbox_forbid_undefined_symbols target)
    if(UNIX AND NOT APPLE AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
        target_link_options(${target} PRIVATE LINKER:-z,defs)
    endif()
endfunction()

# Two install components per layer: SignalBox<Layer>Runtime and SignalBox<Layer>Development.
function(signalbox_install_library layer)
    if(NOT SIGNALBOX_INSTALL)
        return()
    endif()
    set(target SignalBox${layer})
    set(runtime SignalBox${layer}Runtime)
    set(development SignalBox${layer}Development)
    if(NOT DEFINED CMAKE_INSTALL_RPATH)
        set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN")
    endif()
    install(TARGETS ${target} ${ARGN} EXPORT SignalBox${layer}Targets
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${runtime}
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${runtime} NAMELINK_COMPONENT ${development}
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${development}
        OBJECTS DESTINATION "${CMAKE_INSTALL_LIBDIR}/SignalBox" COMPONENT ${development}
        FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT ${development}
        FILE_SET forwarding DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT ${development})
    install(EXPORT SignalBox${layer}Targets NAMESPACE SignalBox::
        DESTINATION "${SIGNALBOX_INSTALL_CMAKEDIR}" COMPONENT ${development})

    get_target_property(metatypes ${target} INTERFACE_QT_META_TYPES_BUILD_FILE)
    if(metatypes)
        set(installed_metatypes "${CMAKE_INSTALL_LIBDIR}/metatypes/qt6_${target}_metatypes.json")
        cmake_path(GET installed_metatypes FILENAME name)
        install(FILES "${metatypes}" RENAME "${name}"
            DESTINATION "${CMAKE_INSTALL_LIBDIR}/metatypes" COMPONENT ${development})
        set(wanted "$<BOOL:$<TARGET_PROPERTY:QT_CONSUMES_METATYPES>>")
        target_sources(${target} INTERFACE
            "$<INSTALL_INTERFACE:$<${wanted}:$<INSTALL_PREFIX>/${installed_metatypes}>>")
    endif()
endfunction()

# qt_add_qml_module() installs nothing: the plugin, qmldir, the type description and the QML files are named here.
function(signalbox_install_qml_plugin layer destination)
    set(target SignalBox${layer})
    signalbox_forbid_undefined_symbols(${target}plugin)
    if(NOT SIGNALBOX_INSTALL)
        return()
    endif()
    set(runtime SignalBox${layer}Runtime)
    cmake_path(RELATIVE_PATH CMAKE_INSTALL_LIBDIR BASE_DIRECTORY "${destination}" OUTPUT_VARIABLE to_libraries)
    set_target_properties(${target}plugin PROPERTIES INSTALL_RPATH "$ORIGIN/${to_libraries}")
    set(export)
    if(NOT BUILD_SHARED_LIBS)
        # A program that links SignalBox::Qml statically links SignalBox::SignalBoxQmlplugin too.
        set(export EXPORT SignalBox${layer}Targets)
    endif()
    install(TARGETS ${target}plugin ${export}
        RUNTIME DESTINATION "${destination}" COMPONENT ${runtime}
        LIBRARY DESTINATION "${destination}" COMPONENT ${runtime}
        ARCHIVE DESTINATION "${destination}" COMPONENT ${runtime})
    get_target_property(module_directory ${target} QT_QML_MODULE_OUTPUT_DIRECTORY)
    get_target_property(type_description ${target} QT_QML_MODULE_TYPEINFO)
    install(FILES "${module_directory}/qmldir" "${module_directory}/${type_description}" ${arg_QML_FILES}
        DESTINATION "${destination}" COMPONENT ${runtime})
endfunction()
