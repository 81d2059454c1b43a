# SPDX-License-Identifier: MIT
#
# Compiles SOURCE with COMPILER, FLAGS and the directories in INCLUDES, once for each case, and looks at the first error.
list(TRANSFORM INCLUDES PREPEND "-I")
include("${CMAKE_CURRENT_LIST_DIR}/../precompiled.cmake")
set(compile ${COMPILER} -std=c++20 -fPIC ${INCLUDES})
precompile(headers "${SOURCE}" ${compile})
set(signature "a handler of AsyncRegistry<E> is a callable on const E &, or without arguments, that returns void, Propagation, QFuture<T>, Task<> or Task<Propagation>")
set(target "write onThread(thread) or inPool(pool) for a handler that runs there, or static_cast<QObject *>(object)")
foreach(case IN ITEMS CORRECT OTHER_EVENT OTHER_RESULT WRITABLE_EVENT TWO_ARGUMENTS MEMBER_OF_TWO_ARGUMENTS MEMBER_IN_A_POOL
        BATCH_WITHOUT_DATA KEY_WITHOUT_DATA MODEL_WITHOUT_DATA
        THREAD_ALONE POOL_ALONE DERIVED_THREAD DERIVED_POOL THREAD_ITSELF THREAD_POINTER GUARD_ON_THREAD
        INLINE_BATCH BATCH_RESULT CONNECTION_TYPE
        INLINE_TASK INLINE_TASK_GUARD TASK_IN_A_POOL TASK_OF_A_BATCH TASK_RESULT TASK_RESULT_OF_A_MEMBER
        KEY_WITHOUT_HASH KEY_OF_ADDRESSES KEY_FUNCTION_THAT_CHANGES KEY_OF_OTHER_EVENT OTHER_EVENT_WITH_ITS_NEWEST
        MERGE_OF_OTHER_EVENT MERGE_WITHOUT_COPY PREDICATE_OF_OTHER_EVENT TWO_PREDICATES)
    set(expected "${signature}")
    if(case MATCHES "THREAD|POOL" AND NOT case MATCHES "IN_A_POOL")
        set(expected "${target}")
    elseif(case STREQUAL "CONNECTION_TYPE")
        set(expected "a handler has no Qt::ConnectionType: in place of Qt::QueuedConnection write {.delivery = SignalBox::Delivery::Queued}")
    elseif(case MATCHES "^INLINE_TASK|^TASK_IN_A_POOL")
        set(expected "a handler that returns a Task needs a context or onThread(thread)")
    elseif(case STREQUAL "TASK_OF_A_BATCH")
        set(expected "a handler of const EventBatch<E> & cannot return a Task")
    elseif(case MATCHES "^TASK_RESULT")
        set(expected "a handler that returns a Task returns Task<> or Task<Propagation>")
    elseif(case STREQUAL "INLINE_BATCH")
        set(expected "a handler of const EventBatch<E> & needs a context, onThread(thread) or inPool(pool)")
    elseif(case STREQUAL "KEY_WITHOUT_DATA")
        set(expected "Backlog: events without data have no key and no value")
    elseif(case STREQUAL "MODEL_WITHOUT_DATA")
        set(expected "EventModel: events without data have no columns")
    elseif(case STREQUAL "MERGE_OF_OTHER_EVENT")
        set(expected "Backlog: the merge is a callable as const on (E &kept, E &&newer)")
    elseif(case STREQUAL "MERGE_WITHOUT_COPY")
        set(expected "Backlog: events that are merged can be copied")
    elseif(case STREQUAL "PREDICATE_OF_OTHER_EVENT")
        set(expected "Backlog: the predicate of where() is a callable as const on const E & that returns bool")
    elseif(case STREQUAL "TWO_PREDICATES")
        set(expected "where(): the backlog has a predicate already")
    elseif(case MATCHES "^KEY")
        set(expected "Backlog: the key is a callable as const on const E &, or a pointer to a member")
    endif()
    execute_process(
        COMMAND ${compile} ${headers} -fsyntax-only -D${case} ${SOURCE}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(case STREQUAL "CORRECT")
        if(NOT result EQUAL 0)
            message(FATAL_ERROR "What is right is refused: ${output}")
        endif()
        continue()
    endif()
    string(REGEX MATCH "error: [^\n]*" first "${output}")
    string(FIND "${first}" "${expected}" place)
    if(place EQUAL -1)
        message(SEND_ERROR "${case}: the first error is \"${first}\"")
    endif()
endforeach()
