# SPDX-License-Identifier: MIT
#
# Configures, builds and installs the libraries, afresh, in `work_directory`: to `prefix`, with BUILD_SHARED_LIBS as in
# `shared`. As unity builds, which take half the time.
file(REMOVE_RECURSE "${work_directory}" "${prefix}")
execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${source_directory}" -B "${work_directory}" -G "${generator}"
        "-DCMAKE_BUILD_TYPE=${configuration}"
        "-DCMAKE_CXX_COMPILER=${compiler}"
        "-DCMAKE_INSTALL_PREFIX=${prefix}"
        "-DQt6_DIR=${qt_directory}"
        "-DBUILD_SHARED_LIBS=${shared}"
        -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=16
        -DSIGNALBOX_BUILD_TESTS=OFF -DSIGNALBOX_BUILD_BENCHMARKS=OFF -DSIGNALBOX_BUILD_EXAMPLES=OFF
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(
    COMMAND "${CMAKE_COMMAND}" --build "${work_directory}" --config "${configuration}"
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(
    COMMAND "${CMAKE_COMMAND}" --install "${work_directory}" --config "${configuration}"
    COMMAND_ERROR_IS_FATAL ANY)
