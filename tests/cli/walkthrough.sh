#!/bin/sh
# The examples of CONTRIBUTING.md keep its promise.  Taken out of the page into a folder of plug-ins,
# they build without a warning, stand in the program's lists, train, find the optimum that the other
# solvers find, and obey the laws.  With a wrong sign they do not.
set -eu
cd "${ROOT:?}"
pkg-config --exists criterion || {
    echo 'Criterion is not installed, so there are no laws: skipped'
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
plugins=$work/plugins build=$work/build signroll=$work/build/signroll
pock=$plugins/solvers/chambolle_pock.c powers=$plugins/unroll/constraints/powers.c
laws=$(for law in tests/law_*.c; do basename "$law" .c; done)

fail() {
    cat "$work/log"
    echo "walkthrough: $*"
    exit 1
}

# Every block that begins with ```c PATH, as that file in the folder of plug-ins.
extract() {
    mkdir -p "$plugins/solvers" "$plugins/unroll/constraints"
    awk -v folder="$plugins" '
        /^```c [a-z]/ { path = folder "/" $2; next }
        /^```/        { path = "" }
        path          { print > path }' CONTRIBUTING.md
}

configure() {
    cmake -S . -B "$build" -G Ninja -DSIGNROLL_PLUGINS="$plugins" -DCMAKE_BUILD_TYPE=None \
        -DCMAKE_C_FLAGS=-O1 -DCMAKE_COMPILE_WARNING_AS_ERROR=ON >"$work/log" 2>&1
}

# shellcheck disable=SC2086 # a list of words
make() { cmake --build "$build" --target signroll_program $laws >"$work/log" 2>&1; }

lists() { "$signroll" list "$1" >"$work/log" && grep -qw -e "$2" "$work/log"; }

small='problem.m=40 problem.n=80 train.test_samples=20 train.validation_samples=20'

# shellcheck disable=SC2086
trains() {
    "$signroll" train "$work/config.yml" $small network.solver=chambolle-pock network.depth=3 \
        weights.constraint=powers train.steps=20 --out "$work/run" >"$work/log" 2>&1
}

# shellcheck disable=SC2086
objective() { # of the lasso, where solver $1 ends
    "$signroll" solve "$work/config.yml" $small train.samples=20 network.solver="$1" --json |
        sed -n 's/.*"objective":[[:space:]]*\([-+.0-9e]*\).*/\1/p'
}

finds_the_optimum() {
    echo "$(objective chambolle-pock) $(objective fista)" >"$work/log"
    awk '{ d = $1 - $2 } NF != 2 || d * d > 1e-6 * $2 * $2 { exit 1 }' "$work/log"
}

obeys_the_laws() { ctest --test-dir "$build" -L law -j 2 --output-on-failure >"$work/log" 2>&1; }

# Makes file $1 wrong by the sed command $2.
spoil() {
    cp "$1" "$work/right"
    sed -i "$2" "$1"
    ! cmp -s "$1" "$work/right" || fail "there is nothing to spoil in $1 any more"
    make || fail "the spoilt example does not build"
}

echo 'name: walkthrough' >"$work/config.yml"
extract
configure || fail 'the examples cannot be configured'
make || fail 'the examples do not build'
lists solvers chambolle-pock || fail 'chambolle-pock is not in the list of solvers'
lists constraints powers || fail 'powers is not in the list of constraints'
trains || fail 'a network of the examples does not train'
finds_the_optimum || fail 'the example does not find the optimum'
obeys_the_laws || fail 'the examples break a law'

spoil "$pock" '/s\[V\] = /s/-1/1/'
! finds_the_optimum || fail 'a wrong sign in the solver is not noticed'
cp "$work/right" "$pock"
spoil "$powers" 's/? size : -size/? -size : size/'
! obeys_the_laws || fail 'a wrong sign in the constraint is not noticed'
