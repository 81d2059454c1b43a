# SPDX-License-Identifier: MIT
#
# Runs moc on a source file per public header that includes nothing but that header and Qt: moc of Qt 6.4 cannot parse
# every header of the standard library in every order.
file(GLOB headers RELATIVE "${source_directory}/src" "${source_directory}/src/SignalBox/*")
list(FILTER headers INCLUDE REGEX "/[A-Z][A-Za-z]*$")
string(REPLACE "|" ";" directories "${directories}|${qt_directories}")
list(TRANSFORM directories PREPEND "-I" OUTPUT_VARIABLE options)
set(count 0)
foreach(header IN LISTS headers)
    get_filename_component(name "${header}" NAME)
    set(source "${work_directory}/${name}.cpp")
    file(WRITE "${source}" "#include <${header}>\n#include <QtCore/qobject.h>\nclass Parsed : public QObject\n{\n    Q_OBJECT\n};\n")
    execute_process(COMMAND "${moc}" ${options} -o "${source}.moc" "${source}"
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        message(SEND_ERROR "moc cannot read <${header}>:\n${output}")
    endif()
    math(EXPR count "${count} + 1")
endforeach()
if(count LESS 30)
    message(FATAL_ERROR "Only ${count} public headers were found below ${source_directory}/src/SignalBox.")
endif()
