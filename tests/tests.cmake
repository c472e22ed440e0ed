# Every test that ctest runs.  A new test is one new file: test_*.c, law_*.c, race_*.c, fuzz/fuzz_*.c
# or cli/*.sh.
#
# Labels: unit, law, race, fuzz, cli, soak, tree (rules about the sources), package.

set(tests ${PROJECT_SOURCE_DIR}/tests)

set(slower 1) # tests/slow.h; 5 shares no factor with what the tests loop over
if(SIGNROLL_SANITIZE)
    set(slower 5)
endif()
function(declare name label seconds)
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${seconds}
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        ENVIRONMENT "OPENBLAS_NUM_THREADS=1;SLOWER=${slower};ROOT=${PROJECT_SOURCE_DIR};SIGNROLL=$<TARGET_FILE:signroll_program>"
        # Criterion 2.4.1 succeeds when a test leaks, or when no test was run: read what it says.
        FAIL_REGULAR_EXPRESSION
            "Tested: 0 ;ERROR: .*Sanitizer;runtime error:;definitely lost: [1-9]"
        SKIP_RETURN_CODE 77)
endfunction()

# One program for each tests/<pattern>.c, linked with `library` and ARGN; ctest runs it with
# `arguments`.
function(programs pattern label seconds library)
    file(GLOB sources CONFIGURE_DEPENDS ${tests}/${pattern}.c)
    foreach(source IN LISTS sources)
        cmake_path(GET source STEM name)
        add_executable(${name} ${source})
        target_link_libraries(${name} PRIVATE
            ${library} ${ARGN} PkgConfig::SIGNROLL hdf5::hdf5_hl hdf5::hdf5 Threads::Threads m)
        set_target_properties(${name} PROPERTIES
            RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
        add_test(NAME ${name} COMMAND ${name} ${arguments})
        declare(${name} ${label} ${seconds})
    endforeach()
endfunction()

function(scripts label seconds)
    foreach(script IN LISTS ARGN)
        cmake_path(GET script STEM name)
        add_test(NAME ${label}_${name} COMMAND sh ${script})
        declare(${label}_${name} ${label} ${seconds})
    endforeach()
endfunction()

# A target fuzz/fuzz_X.c and its inputs fuzz/corpus/X.  libFuzzer brings a main of its own; elsewhere
# fuzz/replay.c tries the inputs and mutations of them: without sanitizers for a minute in all, so many
# times as often.
function(fuzzing)
    add_library(fuzz_target STATIC EXCLUDE_FROM_ALL ${tests}/fuzz/target.c)
    target_link_libraries(fuzz_target PUBLIC signroll PkgConfig::SIGNROLL)
    foreach(run IN ITEMS "config 20000 5" "checkpoint 600 20" "packed 600 20" "import 600 8")
        separate_arguments(run)
        list(GET run 0 what)
        list(GET run 1 runs)
        list(GET run 2 times)
        set(corpus ${tests}/fuzz/corpus/${what})
        if(SIGNROLL_SANITIZE MATCHES "fuzzer")
            set(arguments -runs=${runs} -max_len=65536 ${PROJECT_BINARY_DIR}/corpus_${what} ${corpus})
            file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/corpus_${what})
            programs(fuzz/fuzz_${what} fuzz 600 fuzz_target -fsanitize=fuzzer)
        else()
            if(SIGNROLL_SANITIZE)
                set(times 1)
            endif()
            math(EXPR runs "${runs} * ${times} / ${slower}")
            set(arguments ${runs} ${corpus})
            programs(fuzz/fuzz_${what} fuzz 240 fuzz_target)
            target_sources(fuzz_${what} PRIVATE ${tests}/fuzz/replay.c)
        endif()
    endforeach()
endfunction()

fuzzing()
if(SIGNROLL_SANITIZE MATCHES "fuzzer")
    add_custom_target(long USES_TERMINAL COMMAND sh ${tests}/fuzz/long.sh ${PROJECT_BINARY_DIR})
    return()
endif()
# ThreadSanitizer does not let Criterion start.
programs(race_* race 120 signroll)
if(CRITERION_FOUND AND NOT SIGNROLL_SANITIZE MATCHES "thread")
    foreach(library IN ITEMS signroll signroll_double) # what the tests of networks share
        add_library(laws_${library} STATIC EXCLUDE_FROM_ALL ${tests}/laws.c)
        target_link_libraries(laws_${library} PUBLIC ${library} hdf5::hdf5 PkgConfig::CRITERION)
    endforeach()
    programs(test_* unit 120 signroll laws_signroll PkgConfig::CRITERION)
    target_sources(test_bench_case PRIVATE ${PROJECT_SOURCE_DIR}/experiments/bench_case.c)
    target_sources(test_bench_scale PRIVATE ${PROJECT_SOURCE_DIR}/experiments/bench_case.c
                                            ${PROJECT_SOURCE_DIR}/experiments/bench_scale.c)
    target_link_options(test_allocations PRIVATE LINKER:--wrap=sgn_alloc,--wrap=sgn_free)
    programs(law_* law 240 signroll_double laws_signroll_double PkgConfig::CRITERION)
elseif(NOT CRITERION_FOUND)
    message(STATUS "Criterion is not installed: the unit tests are left out")
endif()

# Minutes or hours of work, by hand.
foreach(long lint valgrind coverage)
    add_custom_target(${long} USES_TERMINAL COMMAND sh ${tests}/${long}.sh ${PROJECT_BINARY_DIR})
endforeach()

file(GLOB cli CONFIGURE_DEPENDS ${tests}/cli/*.sh)
scripts(cli 300 ${cli})
scripts(tree 60 ${tests}/floors.sh ${tests}/format.sh)

# What must hold whatever happens while the program runs: tests/soak/<name>.py with one argument, a
# small one here, and the one of docs/reliability.md for `cmake --build build -t soak`.
add_library(faults MODULE ${tests}/soak/faults.c)
target_link_libraries(faults PRIVATE ${CMAKE_DL_LIBS} Threads::Threads)
signroll_executable(signroll_shared) # faults.c knows by their libraries whose calls are whose
add_custom_target(soak DEPENDS signroll_program signroll_shared faults)
function(soak name program short long)
    set(soak_environment SIGNROLL=$<TARGET_FILE:${program}> FAULTS=$<TARGET_FILE:faults>
        OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1)
    set(command /usr/bin/python3 ${tests}/soak/${name}.py)
    add_custom_command(TARGET soak POST_BUILD VERBATIM USES_TERMINAL
        COMMAND ${CMAKE_COMMAND} -E env ${soak_environment} ${command} ${long})
    if(SIGNROLL_SANITIZE)
        return() # they bring an allocator of their own
    endif()
    add_test(NAME soak_${name} COMMAND ${command} ${short})
    declare(soak_${name} soak 300)
    set_property(TEST soak_${name} PROPERTY ENVIRONMENT ${soak_environment})
endfunction()
soak(kills signroll_program 10 200)
soak(interrupts signroll_program 8 50)
soak(full_disk signroll_shared 40 1000)
soak(allocations signroll_shared 60 1) # this one and the next two: a stride
if(CMAKE_C_FLAGS MATCHES "--coverage")
    set_property(TEST soak_allocations PROPERTY DISABLED ON) # libgcov does not survive it
endif()
soak(divergence signroll_program 6 1)
soak(resumes signroll_program 2 1)
soak(locks signroll_program 2 20)
soak(sweeps signroll_program 1 10)

add_test(NAME tree_symbols COMMAND sh ${tests}/symbols.sh $<TARGET_FILE:signroll>)
declare(tree_symbols tree 60)
add_test(NAME package_consumer
         COMMAND sh ${tests}/consumer/run.sh ${CMAKE_COMMAND} ${PROJECT_BINARY_DIR})
declare(package_consumer package 120)
# What links a sanitized or instrumented library has to be built like it.
list(JOIN sanitize " " sanitize)
set_property(TEST package_consumer APPEND PROPERTY ENVIRONMENT
    CC=${CMAKE_C_COMPILER} "CFLAGS=${CMAKE_C_FLAGS} ${sanitize}")
