#!/bin/sh
# Unit tests, and the program from training to inference, under valgrind: no report.
#
#     valgrind.sh BUILD [PROGRAM...]       cmake --build build -t valgrind
#
# The processor that valgrind simulates has AVX2 and no AVX-512; OpenBLAS and our kernels ask it when they
# start, so nothing need be chosen here.  About 40 times slower than by itself; threads take turns, or one
# that waits would keep the others from working.
set -eu
cd -- "$(dirname -- "$0")/.."
build=$1
shift
[ $# -gt 0 ] || set -- "$build"/signroll "$build"/tests/test_* "$build"/tests/race_*
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
export OPENBLAS_NUM_THREADS=1 ROOT="$PWD" SLOWER=15 # tests/slow.h

under() { # name, command and its arguments
    name=$1
    shift
    # Compilers that a test starts through a shell are not ours.
    valgrind -q --fair-sched=try --trace-children=yes --trace-children-skip='*/sh' --log-file="$logs/$name.%p" \
        --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
        --suppressions=tests/valgrind.supp "$@" >"$logs/output" 2>&1
}
cat >"$logs/tiny.yml" <<'END'
problem: {m: 12, n: 20}
network: {depth: 2}
weights: {support: magnitude}
train: {steps: 6, batch: 8, test_samples: 8, validation_samples: 8}
END
walk() { # the program, from the beginning to the end
    under signroll "$1" train "$logs/tiny.yml" --quiet --out "$logs/run" &&
        under signroll "$1" export "$logs/run/last.h5" -o "$logs/packed.h5" &&
        under signroll "$1" inspect "$logs/packed.h5" && under signroll "$1" eval "$logs/run/best.h5" &&
        under signroll "$1" report "$logs/run"
}

failed=0
for program; do
    name=$(basename "$program")
    case $name in
    signroll) walk "$program" ;;
    test_*) under "$name" "$program" --jobs 1 ;;
    *) under "$name" "$program" ;;
    esac || {
        echo "$name failed"
        tail -n 5 "$logs/output"
        failed=1
    }
    find "$logs" -maxdepth 1 -type f -name "$name.[0-9]*" -size +0 -exec cat {} + -exec rm {} + >"$logs/reports"
    [ -s "$logs/reports" ] && {
        echo "reports about $name:"
        cat "$logs/reports"
        failed=1
    }
done
[ $failed -eq 0 ] && echo "$# programs, no reports"
exit $failed
