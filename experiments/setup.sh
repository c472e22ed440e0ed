#!/bin/sh
# Installs from Debian what is missing and builds build/.  Needs no network when nothing is.
#
#     sh experiments/setup.sh          the program, for experiments/run.sh
#     sh experiments/setup.sh tests    the program and its tests, for tests/run.sh
set -eu
cd -- "$(dirname -- "$0")/.."
root=$(pwd -P)

# A tool may come from anywhere on the PATH; "tool:package" where the names differ.
tools='gcc cmake ninja:ninja-build pkg-config'
packages='libc6-dev libopenblas-dev liblapacke-dev libhdf5-dev libyaml-dev libcjson-dev libxxhash-dev'
target=signroll_program
if [ "${1-}" = tests ]; then
    tools="$tools clang-14 clang-format-14 valgrind h5dump:hdf5-tools /usr/bin/python3:python3"
    packages="$packages libcriterion-dev libclang-rt-14-dev python3-h5py"
    target=all
fi

missing() {
    for tool in $tools; do
        command -v "${tool%:*}" >/dev/null || printf '%s ' "${tool#*:}"
    done
    command -v dpkg-query >/dev/null || return 0 # not Debian: cmake will say what it lacks
    for package in $packages; do
        case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) in
        *' installed') ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    # The lists may be stale or, in a fresh container, empty.  When only some foreign source fails
    # to update, the installation may still succeed.
    as_root apt-get update -q || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}

wanted=$(missing)
if [ -n "$wanted" ]; then
    echo "setup: installing $wanted"
    # shellcheck disable=SC2086 # a list of words
    install_packages $wanted >&2 || {
        echo "setup: the package manager failed. Install these, then run this again: $wanted" >&2
        exit 1
    }
fi

# Start afresh in a build folder that came with a copied tree or belongs to another generator.
fresh=
if [ -f build/CMakeCache.txt ] &&
    ! { grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" build/CMakeCache.txt &&
        grep -qxF 'CMAKE_GENERATOR:INTERNAL=Ninja' build/CMakeCache.txt; }; then
    fresh=--fresh
fi
cmake $fresh -S "$root" -B "$root/build" -G Ninja
cmake --build "$root/build" --target $target
