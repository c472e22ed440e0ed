#!/bin/sh
# The long form of fuzzing, with libFuzzer, AddressSanitizer and UBSan: no findings.  Hours of work.
#
#     cmake --preset fuzz && cmake --build --preset fuzz && cmake --build build-fuzz -t long
#     long.sh BUILD [TARGET RUNS]...
#
# Children may crash: their crashes are answers.  What libFuzzer reports, and stops at, is the process
# that asked.
set -eu
cd -- "$(dirname -- "$0")/../.."
build=$1
shift
[ $# -gt 0 ] || set -- config 1000000 checkpoint 200000 packed 200000 import 200000
# Forks are faster when less lies in quarantine; a huge size that a file declares is NULL, as elsewhere.
export ASAN_OPTIONS=quarantine_size_mb=1:allocator_may_return_null=1 OPENBLAS_NUM_THREADS=1
while [ $# -gt 0 ]; do
    corpus=$build/corpus_$1
    mkdir -p "$corpus"
    "$build/tests/fuzz_$1" -runs="$2" -max_len=32768 -timeout=60 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$build/finding-$1-" "$corpus" "tests/fuzz/corpus/$1" >"$build/fuzz_$1.log" 2>&1 || {
        tail -n 40 "$build/fuzz_$1.log"
        exit 1
    }
    echo "$1: $(grep '^stat::number_of_executed_units' "$build/fuzz_$1.log" | tr -dc 0-9) runs, no finding"
    shift 2
done
