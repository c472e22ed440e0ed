#!/bin/sh
# Every test: gcc and clang with warnings as errors, the sanitizers, then all that ctest knows.
set -eu
cd -- "$(dirname -- "$0")/.."
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE # see experiments/run.sh

step() { printf '\n==== %s\n' "$*"; }

step 'Set-up and build'
sh experiments/setup.sh tests

for preset in dev clang asan; do
    step "Build: $preset"
    cmake --preset "$preset" >/dev/null
    cmake --build --preset "$preset"
done

step 'Unit tests and laws under AddressSanitizer and UBSan'
ctest --preset asan -L 'unit|law'

step 'All tests'
ctest --preset release
