# SPDX-License-Identifier: MIT
#
# Writes to OUTPUT what libabigail's abidw says of the shared library LIBRARY: its functions, and of their types what the
# installed HEADERS show. Private types are left out.
execute_process(
    COMMAND abidw --no-show-locs --no-comp-dir-path --no-corpus-path --drop-private-types --headers-dir "${HEADERS}"
        --exported-interfaces-only --no-parameter-names "${LIBRARY}"
    OUTPUT_FILE "${OUTPUT}" COMMAND_ERROR_IS_FATAL ANY)
