# SPDX-License-Identifier: MIT
#
# signalbox_qt_headers(ROOT, VARIABLE): the public headers of the Qt layer, from the root. They lie in its rooms, beside others: public is what a
# forwarding header includes.
function(signalbox_qt_headers root variable)
    file(GLOB forwarding LIST_DIRECTORIES false "${root}/src/SignalBox/*")
    set(headers "")
    foreach(file IN LISTS forwarding)
        file(STRINGS "${file}" includes REGEX "<SignalBox/qt/")
        if(includes)
            string(REGEX REPLACE ".*<(SignalBox/qt/[^>]*)>.*" "src/\\1" header "${includes}")
            list(APPEND headers "${header}")
        endif()
    endforeach()
    set(${variable} "${headers}" PARENT_SCOPE)
endfunction()
