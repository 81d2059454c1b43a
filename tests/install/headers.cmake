# SPDX-License-Identifier: MIT
#
# Compiles a source file per public header that includes nothing but that header.
execute_process(
    COMMAND "${CMAKE_COMMAND}" --build "${build_directory}" --config "${configuration}"
        --target all_verify_interface_header_sets
    COMMAND_ERROR_IS_FATAL ANY)
