#!/bin/sh
# The house rules a compiler does not know:
#
#   floors    core < unroll < solvers < train < io < experiments: nothing includes upward
#   mat       only core/mat.c sees BLAS and LAPACK
#   voice     only experiments/ writes to the terminal or ends the process
set -eu
cd "${ROOT:?}"

# "file:line: include" of every quoted include that climbs, or that is not a path from the root.
climbs() {
    awk '
        BEGIN { n = split("core unroll solvers train io experiments", floor)
                for (i = 1; i <= n; i++) height[floor[i]] = i }
        /^#[ \t]*include "/ {
            split(FILENAME, here, "/"); split($0, quoted, "\""); split(quoted[2], there, "/")
            if (!(there[1] in height) || height[there[1]] > height[here[1]])
                print FILENAME ":" FNR ": " $0
        }' "$@"
}
sees_blas() { grep -nE '# *include *[<"](cblas|lapacke)' "$@" /dev/null | grep -v '^core/mat\.c:'; }
speaks() {
    grep -nE '(^|[^a-z_])((v?printf|puts|putchar|perror|exit|abort) *\(|stdout|stderr)' "$@" /dev/null
}

# Each rule has to catch its own offence first: a rule that can't fail is no rule.
offence=$(mktemp -d)
trap 'rm -rf "$offence"' EXIT
mkdir "$offence/core"
printf '#include "io/config.h"\n#include <cblas.h>\nfprintf(stderr, "");\n' >"$offence/core/rng.c"
for rule in climbs sees_blas speaks; do
    (cd "$offence" && [ "$($rule core/rng.c | wc -l)" -eq 1 ]) || {
        echo "the rule $rule does not catch its offence"
        exit 1
    }
done

failed=0
forbid() { # what it is, what was found
    if [ -n "$2" ]; then
        printf '%s\n%s\n' "$1" "$2"
        failed=1
    fi
}
library=$(find core unroll solvers train io -name '*.[ch]')
program=$(find experiments -name '*.[ch]')
# shellcheck disable=SC2086 # lists of files, without spaces
{
    forbid 'Includes that climb to a higher floor:' "$(climbs $library $program)"
    forbid 'BLAS outside core/mat.c:' "$(sees_blas $library $program)"
    forbid 'The library prints or exits:' "$(speaks $library)"
}
exit $failed
