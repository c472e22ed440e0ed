#!/bin/sh
# The installed package serves a stranger: the example of signroll.h, taken out of the installed
# header, is built through the CMake package and through pkg-config, and runs.
#
# usage: run.sh CMAKE BUILD, with CC and CFLAGS
set -eu
cmake=$1 build=$2
here=$(cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --prefix "$work/stage" >/dev/null
mv "$work/stage" "$work/a prefix" # the package must not remember where it was installed to
prefix="$work/a prefix"

sed -n '/#include <signroll.h>/,/^ \*\//s/^ \*     //p' \
    "$prefix/include/signroll/signroll.h" >"$work/example.c"
cp "$here/CMakeLists.txt" "$work"

echo '==== through the CMake package'
"$cmake" -S "$work" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" || {
    cat "$work/log"
    exit 1
}
"$cmake" --build "$work/build"
"$work/build/example"

echo '==== through pkg-config'
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name signroll.pc)")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs signroll)
eval "${CC:-cc} ${CFLAGS-} -std=c17 -o '$work/by_pkg_config' '$work/example.c' $flags"
"$work/by_pkg_config"
