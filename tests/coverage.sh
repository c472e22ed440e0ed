#!/bin/sh
# Lines and branches of io/ and unroll/ that the tests run: at least 95 % and 85 %, assertions included.
#
#     coverage.sh BUILD                    cmake --build build-coverage -t coverage, after ctest
set -eu
cd -- "$(dirname -- "$0")/.."
command -v gcovr >/dev/null || {
    echo 'gcovr is not installed'
    exit 77
}
gcovr --root . -f io/ -f unroll/ --print-summary --fail-under-line 95 --fail-under-branch 85 "$1"
