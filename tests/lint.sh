#!/bin/sh
# What two static analysers say about the sources: nothing.       usage: lint.sh BUILD [FILE...]
#
# BUILD holds compile_commands.json.  Minutes of work, so it is a target of its own and no test:
#
#     cmake --build build -t lint
set -eu
cd -- "$(dirname -- "$0")/.."
build=$1
shift
for tool in cppcheck clang-tidy-14; do
    command -v $tool >/dev/null || {
        echo "$tool is not installed"
        exit 77
    }
done
sources=${*:-$(find core unroll solvers train io experiments -name '*.c')}

# Without -j it looks across files, too.
# shellcheck disable=SC2086 # lists of files, without spaces
cppcheck -q --enable=warning,performance,portability --std=c11 --library=posix,gnu --inline-suppr \
    --error-exitcode=1 -D_GNU_SOURCE -D__x86_64__ -DSIGNROLL_VERSION='""' -I. -Iinclude -I"$build/lists" $sources

# shellcheck disable=SC2086
printf '%s\n' $sources | xargs -P "$(nproc)" -n 4 clang-tidy-14 --quiet -p "$build" 2>/dev/null
echo "$(printf '%s\n' $sources | wc -l) sources, no findings"
