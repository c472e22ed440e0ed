#!/bin/sh
# signroll bench measures what it is asked for, says on what, and refuses what it does not know.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

# object FILE PYTHON: what Python says of the JSON object d, and of its rows.
object() {
    check "$2" "$python" -c 'import json, sys
d = json.load(open(sys.argv[1])); rows = d["rows"]
assert eval(sys.argv[2]), d' "$1" "$2"
}

runs bench --case 'wx-128x256-b4-*' --json
check '--json is silent on standard error' test ! -s "$work/err"
object "$work/out" 'all(isinstance(d[k], str) and d[k] for k in ("machine", "cpu", "blas_core", "isa"))'
object "$work/out" 'd["threads"] == 1 and len(rows) == 4'
object "$work/out" '{r["case"] for r in rows} == {"wx-128x256-b4-" + f for f in
    ("dense", "support50", "support10", "blocks10")}'
object "$work/out" 'all(r["against"] == "openblas" and 0 < r["ratio_low"] <= r["ratio"] <= r["ratio_high"]
    and 0 < r["median_seconds"] < 1 and r["spread"] >= 0 and r["peak_bytes"] > 1e5 and r["bytes"] >= 0 for r in rows)'

runs bench --case '*-onebit-cp-12x24-k2-b5' --json
object "$work/out" '[r["case"] for r in rows] == ["step-onebit-cp-12x24-k2-b5", "infer-onebit-cp-12x24-k2-b5"]'
object "$work/out" 'all(r["against"] == "none" and r["ratio"] is None and r["median_seconds"] > 0 for r in rows)'

export SIGNROLL_ISA=portable
runs bench --case wtx-65x130-b2-support50 --json
unset SIGNROLL_ISA
object "$work/out" 'd["isa"] == "portable" and len(rows) == 1'

# A core that OpenBLAS was told may not be the best: the baseline would be too slow.
export OPENBLAS_CORETYPE=Haswell
runs bench --case infer-pm1-cp-20x40-k2-b1
unset OPENBLAS_CORETYPE
check 'a table names the case' grep -q '^infer-pm1-cp-20x40-k2-b1  *none ' "$work/out"
check 'a forced core is warned of' grep -q 'OPENBLAS_CORETYPE is set to Haswell' "$work/err"

for name in wx-0x5-b1-dense 'wx-512x512-b1-dens' step-onebit-cp-250x500-b64 'train*' ''; do
    roll bench --case "$name" --json
    equal "exit status of --case '$name'" "$code" 2
    check "the line names '$name'" grep -qF "no case is called '$name'" "$work/err"
    check 'nothing on standard output' test ! -s "$work/out"
done
roll bench --scale --case 'wx-*'
equal 'exit status of --scale with --case' "$code" 2
roll bench --case wx-512x512-b1-dense --out x
equal 'exit status of --out without --scale' "$code" 2
roll bench wx-512x512-b1-dense
equal 'exit status of a case without --case' "$code" 2

finish
