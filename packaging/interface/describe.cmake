# SPDX-License-Identifier: MIT
#
# Writes to OUTPUT what libabigail's abidw says of the shared library LIBRARY: the symbols of the namespace SignalBox, and of their types
# what the installed HEADERS show. Private types are left out, and so are lines, paths and parameters' names: what no installed program meets.
execute_process(
    COMMAND abidw --no-show-locs --no-comp-dir-path --no-corpus-path --no-architecture --no-elf-needed --no-write-default-sizes
        --drop-private-types --headers-dir "${HEADERS}" --exported-interfaces-only --no-parameter-names
        --suppressions "${CMAKE_CURRENT_LIST_DIR}/suppressions.ini" "${LIBRARY}"
    OUTPUT_FILE "${OUTPUT}" COMMAND_ERROR_IS_FATAL ANY)
