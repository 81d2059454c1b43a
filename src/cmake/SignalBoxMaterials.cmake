# SPDX-License-Identifier: MIT
#
# The bill of materials (SBOM), in SPDX 2.3: what the libraries of this build contain, which is nothing of others, and link.
set(SIGNALBOX_SBOM_PACKAGES)
set(SIGNALBOX_SBOM_RELATIONSHIPS)
function(signalbox_describe_package id name version licence copyright)
    string(CONFIGURE [[,
    {
      "SPDXID": "SPDXRef-@id@",
      "name": "@name@",
      "versionInfo": "@version@",
      "downloadLocation": "NOASSERTION",
      "filesAnalyzed": false,
      "licenseConcluded": "@licence@",
      "licenseDeclared": "@licence@",
      "copyrightText": "@copyright@",
      "primaryPackagePurpose": "LIBRARY"
    }]] package @ONLY)
    set(SIGNALBOX_SBOM_PACKAGES "${SIGNALBOX_SBOM_PACKAGES}${package}" PARENT_SCOPE)
endfunction()
macro(signalbox_describe_relationship from type to)
    string(APPEND SIGNALBOX_SBOM_RELATIONSHIPS ",
    { \"spdxElementId\": \"SPDXRef-${from}\", \"relationshipType\": \"${type}\", \"relatedSpdxElement\": \"SPDXRef-${to}\" }")
endmacro()

set(qt_licence "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only")
signalbox_describe_package(Runtime "C++ runtime of ${CMAKE_CXX_COMPILER_ID}" "${CMAKE_CXX_COMPILER_VERSION}" NOASSERTION NOASSERTION)
set(below Runtime) # a layer may call all that the layers below it link
foreach(layer IN ITEMS Core Qt Test OsSignals Qml)
    if(TARGET SignalBox${layer})
        signalbox_describe_package(SignalBox${layer} SignalBox${layer} "${SignalBox_VERSION}" MIT "2026 The SignalBox authors")
        signalbox_describe_relationship(SignalBox CONTAINS SignalBox${layer})
        get_property(linked TARGET SignalBox${layer} PROPERTY LINK_LIBRARIES)
        list(FILTER linked INCLUDE REGEX "^Qt6::")
        list(REMOVE_DUPLICATES linked)
        foreach(module IN LISTS linked)
            string(REPLACE "::" "" module "${module}")
            if(NOT module IN_LIST below)
                signalbox_describe_package(${module} ${module} "${Qt6_VERSION}" "${qt_licence}" NOASSERTION)
                list(APPEND below ${module})
            endif()
        endforeach()
        foreach(package IN LISTS below)
            signalbox_describe_relationship(SignalBox${layer} DEPENDS_ON ${package})
        endforeach()
        if(NOT layer STREQUAL Test) # which no layer links
            list(APPEND below SignalBox${layer})
        endif()
    endif()
endforeach()
string(TIMESTAMP SIGNALBOX_SBOM_CREATED "%Y-%m-%dT%H:%M:%SZ" UTC) # SOURCE_DATE_EPOCH, where it is set
configure_file("${SignalBox_SOURCE_DIR}/src/cmake/SignalBox.spdx.json.in" "${SignalBox_BINARY_DIR}/SignalBox.spdx.json" @ONLY)
install(FILES "${SignalBox_BINARY_DIR}/SignalBox.spdx.json"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/SignalBox" COMPONENT SignalBoxCoreDevelopment)
