# SPDX-License-Identifier: MIT
#
# Compares the sizes of two object files of one source, code and data, as `size` tells them: FIRST has some handlers, and
# SECOND has MORE of them. At most BASE bytes for the first, and EACH for each further handler.
foreach(which IN ITEMS FIRST SECOND)
    execute_process(COMMAND ${SIZE} ${${which}} RESULT_VARIABLE result OUTPUT_VARIABLE output)
    if(NOT result EQUAL 0 OR NOT output MATCHES "\n *([0-9]+)[ \t]+([0-9]+)[ \t]+([0-9]+)")
        message(FATAL_ERROR "${SIZE} ${${which}} says nothing: ${output}")
    endif()
    math(EXPR ${which}_BYTES "${CMAKE_MATCH_1} + ${CMAKE_MATCH_2} + ${CMAKE_MATCH_3}")
endforeach()
math(EXPR further "(${SECOND_BYTES} - ${FIRST_BYTES}) / ${MORE}")
message(STATUS "${FIRST_BYTES} bytes, and ${further} for each further handler")
if(FIRST_BYTES LESS 500 OR further LESS 20)
    message(SEND_ERROR "The objects are all but empty: nothing was measured.")
endif()
if(FIRST_BYTES GREATER BASE OR further GREATER EACH)
    message(SEND_ERROR "At most ${BASE} bytes, and ${EACH} for each further handler, were expected.")
endif()
