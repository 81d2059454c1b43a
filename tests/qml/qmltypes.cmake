# SPDX-License-Identifier: MIT
#
# The type description that code completion and qmllint read, in the file QMLTYPES, names every type of the module, and a type
# wherever one is known: no bare QObject or QVariant, and QJSValue ("var") only for functions, options, ids, promises,
# free events, and for numbers and truth values that Qt would else make of anything.
cmake_minimum_required(VERSION 3.25)
file(READ "${QMLTYPES}" description)
string(REPLACE ";" "\n" description "${description}") # which CMake would take for the ends of list elements

set(value_types)
if(QT_VERSION VERSION_GREATER_EQUAL 6.8)
    set(value_types handlerId handlerFailure stallInfo)
endif()
foreach(type IN ITEMS ${value_types} EventModel QmlRegistry Registry RegistryHandler RegistryModel OsSignals HandlerGuard Backlog SignalBox SignalRegistry)
    if(NOT description MATCHES "exports: \\[\"SignalBox/${type} 1\\.0\"\\]")
        message(SEND_ERROR "${type} is not exported")
    endif()
endforeach()

# Base classes of Qt's are described too, and are as Qt made them.
string(REPLACE "\n    Component {" ";" components "${description}")
set(own "")
foreach(component IN LISTS components)
    if(NOT component MATCHES "\n        name: \"Q")
        string(APPEND own "${component}")
    endif()
endforeach()
# What stands in a QmlRegistry may be anything.
string(REGEX REPLACE "name: \"data\"[ \n]+type: \"QObject\"" "" own "${own}")
# So may what emits a signal.
string(REGEX REPLACE "name: \"target\"[ \n]+type: \"QObject\"" "" own "${own}")
# So may a member of an event.
string(REGEX REPLACE "name: \"value\"[ \n]+type: \"QVariant\"" "" own "${own}")
# So may what was set in version 0.2.
string(REGEX REPLACE "name: \"(backlog|capacity|overflow|interval)\"[ \n]+type: \"QVariant\"" "" own "${own}")
if(own MATCHES "[^\n]* type: \"(QObject|QVariant)\"[^\n]*")
    message(SEND_ERROR "A type is left open: ${CMAKE_MATCH_0}")
endif()

string(REGEX MATCHALL "name: \"[A-Za-z]+\"[ \n]+type: \"QJSValue\"" open_types "${own}")
if(NOT open_types)
    message(FATAL_ERROR "No QJSValue at all: the description is not read as it should be")
endif()
foreach(open_type IN LISTS open_types)
    if(NOT open_type MATCHES "name: \"(column|enabled|event|eventAt|filter|function|handler|id|match|next|notify|options|priority|role|row)\"")
        message(SEND_ERROR "A type is left open: ${open_type}")
    endif()
endforeach()

# A base class that the description does not know breaks every property that is inherited.
string(REGEX MATCHALL "prototype: \"[^\"]+\"" prototypes "${description}")
foreach(prototype IN LISTS prototypes)
    string(REGEX REPLACE "prototype: \"(.*)\"" "\\1" base "${prototype}")
    string(FIND "${description}" "        name: \"${base}\"\n" position)
    if(position EQUAL -1 AND NOT base MATCHES "^(QObject|QAbstractListModel|QAbstractTableModel)$")
        message(SEND_ERROR "The base class ${base} is not described")
    endif()
endforeach()
