#!/bin/sh
# A support from a file: from the config, beside which it may lie, to a checkpoint that no longer needs it.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"
needs_h5py

mkdir beside
cp ../tiny.yml beside/tiny.yml
links=$("$python" - <<'END'
import h5py
import numpy as np

mask = np.random.default_rng(1).random((40, 20)) < 0.3
for name, data in (("beside/mask", mask), ("turned", mask.T), ("none", 0 * mask)):
    with h5py.File(name + ".h5", "w") as file:
        file["support"] = data.astype("f4")
with h5py.File("nothing.h5", "w") as file:
    file["x"] = np.zeros((3, 40))
print(mask.sum())
END
)

# refuses STATUS WORDS KEY=VALUE...
refuses() {
    status=$1 words=$2
    shift 2
    roll train beside/tiny.yml weights.support=file "$@" --quiet
    equal "exit status of $*" "$code" "$status"
    equal "lines for $*" "$(wc -l <"$work/err")" 1
    check "words for $*" grep -qE "$words" "$work/err"
}

refuses 2 'weights.support is file, so weights.support_file must name one'
refuses 3 'cannot read absent.h5' weights.support_file=absent.h5
refuses 3 'nothing.h5 has no dataset support' weights.support_file=nothing.h5
refuses 3 'none.h5: support is 0 everywhere' weights.support_file=none.h5
refuses 3 'turned.h5: support has shape \(20, 40\), expected \(40, 20\) because A is \(20, 40\)' \
    weights.support_file=turned.h5

roll train beside/tiny.yml weights.support=file weights.support_file=mask.h5 --quiet --out run \
    --stop-after 30
equal 'exit status of a training that was stopped' "$code" 130
rm beside/mask.h5
runs resume run --quiet
runs eval run/last.h5 --json
equal 'links in three layers' "$(field active_links "$work/out")" $((3 * links))
equal 'lines on standard error' "$(wc -l <"$work/err")" 0

finish
