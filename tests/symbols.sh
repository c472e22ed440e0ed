#!/bin/sh
# Every symbol that the library exports begins with sgn_, and is defined once: a static library hides
# a second definition until somebody needs both files.       usage: symbols.sh libsignroll.a
set -eu

# Names that begin with two underscores are the compiler's own (sanitizers, coverage).
exported() { nm -g --defined-only "$1" | awk 'NF == 3 && $3 !~ /^__/ { print $3 }'; }

all=$(exported "$1")
strangers=$(echo "$all" | grep -v '^sgn_' || true)
if ! echo "$all" | grep -q '^sgn_'; then
    echo "no sgn_ symbol in $1: is it the library?"
    exit 1
fi
twice=$(echo "$all" | sort | uniq -d)
if [ -n "$twice" ]; then
    printf 'Defined in two files:\n%s\n' "$twice"
    exit 1
fi
if [ -n "$strangers" ]; then
    printf 'Exported without the prefix sgn_ (static, or a name of ours?):\n%s\n' "$strangers"
    exit 1
fi
