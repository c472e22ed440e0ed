#!/bin/sh
# Trains one-bit against full-precision networks: prints the table and writes the report.
#
#     sh experiments/run.sh [key=value ...] [options of `signroll sweep`]
set -eu
cd -- "$(dirname -- "$0")/.."

# OpenBLAS picks its kernels from the processor.  A core type or cache size forced from outside (some
# machines export Haswell for all) halves the speed of sgemm.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

sh experiments/setup.sh

jobs=$(nproc)
[ "$jobs" -le 2 ] || jobs=2
build/signroll sweep experiments/configs/quickstart.yml -j "$jobs" "$@" >/dev/null
build/signroll report runs/quickstart
