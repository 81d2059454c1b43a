# SPDX-License-Identifier: MIT
#
# What the shared library `library` exports: by its name, it is `soname`; each symbol in a version that ends as `soname` does;
# by its symbols, only what is SignalBox's, and of
# SignalBox::detail only what the headers in `include_directory` declare or a layer above needs, which is in `allowed`
# (joined by +).
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND "${readelf}" --dynamic "${library}" OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
if(NOT dynamic MATCHES "SONAME[^\n]*\\[([^]]*)\\]" OR NOT CMAKE_MATCH_1 STREQUAL soname)
    message(FATAL_ERROR "${library} calls itself \"${CMAKE_MATCH_1}\", not \"${soname}\".")
endif()
cmake_path(GET library PARENT_PATH directory)
if(NOT EXISTS "${directory}/${soname}")
    message(FATAL_ERROR "${directory} has no ${soname}, which programs will look for.")
endif()

# All names that the headers declare as exported, in namespace detail too.
file(GLOB_RECURSE headers "${include_directory}/*.h")
set(declared)
foreach(header IN LISTS headers)
    file(READ "${header}" text)
    string(REGEX MATCHALL "SIGNALBOX_[A-Z]+_EXPORT[^;{]*[;{]" declarations "${text}")
    string(APPEND declared "${declarations}\n")
endforeach()

execute_process(COMMAND "${nm}" --dynamic --defined-only --demangle "${library}"
    OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "[][;]" "" symbols "${symbols}")
string(REPLACE "\n" ";" symbols "${symbols}")
string(REPLACE "+" ";" allowed "${allowed}")
string(REGEX REPLACE ".*\\.so\\." "" version "${soname}")
set(checked 0)
foreach(symbol IN LISTS symbols)
    if(NOT symbol MATCHES "^[0-9a-f]* *([A-Za-z]) (.*)$")
        continue()
    endif()
    math(EXPR checked "${checked} + 1")
    set(type "${CMAKE_MATCH_1}")
    set(name "${CMAKE_MATCH_2}")
    if(type STREQUAL "A" AND name MATCHES "^[A-Za-z]+_${version}$")
        continue() # the version itself
    elseif(NOT name MATCHES "^([^@]*)@@?[A-Za-z]+_${version}$")
        message(SEND_ERROR "Exported without the version ${version}: ${name}")
        continue()
    endif()
    set(name "${CMAKE_MATCH_1}")
    # What the compiler makes of a class of ours.
    string(REGEX REPLACE "^(vtable|typeinfo|typeinfo name|guard variable|non-virtual thunk|TLS init function|TLS wrapper function) (for|to) " ""
        name "${name}")
    if(name MATCHES "^SignalBox::detail::([A-Za-z]+)")
        set(class "${CMAKE_MATCH_1}")
        if(NOT declared MATCHES "[^A-Za-z]${class}[^A-Za-z]" AND NOT class IN_LIST allowed)
            message(SEND_ERROR "Exported, but no header needs it: ${name}")
        endif()
    elseif(name MATCHES "^SignalBox::")
    elseif(type MATCHES "[WVu]" AND name MATCHES "(^|[ (*&])std::|__gnu_cxx::|^Q[A-Z]|^QtPrivate::|^operator |SignalBox::")
        # Instantiations of others' templates, which every library exports that has them.
    elseif(name MATCHES "^qml_register_types_")
        # How Qt's plugin registers the types of the module.
    else()
        message(SEND_ERROR "Exported, but not SignalBox's: ${type} ${name}")
    endif()
endforeach()
if(checked LESS 5) # two classes, say, and the version
    message(FATAL_ERROR "${library}: ${checked} symbols looked at, so nothing was checked.")
endif()
