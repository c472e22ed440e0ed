#!/bin/sh
# Files that mean harm cost one message and their exit status; words that mean harm are only words, on
# the terminal, in the report, in tables and in C.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"
needs_h5py

escape=$(printf '\033')
harmless() { ! LC_ALL=C grep -qE "$escape|$(printf '\007')|$(printf '\302\233')" "$@"; }

printf 'a%s[2J' "$escape" >harm
check 'the rule for control characters can fail' refuse harmless harm

# costs STATUS ARGUMENT...: one line on standard error, no control characters in it, and this status.
costs() {
    status=$1
    shift
    roll "$@"
    [ "$code" -eq "$status" ] || fault "exit status $code, not $status, of signroll $*"
    [ "$(wc -l <"$work/err")" -eq 1 ] || fault "not one line on standard error: signroll $*"
    harmless "$work/err" || fault "control characters on standard error: signroll $*"
}

# ---- data ----
"$python" "$ROOT/tests/crafted.py" crafted
for file in crafted/*.h5; do
    costs 3 train ../tiny.yml problem.kind=file "problem.file=$file" --out run
    costs 3 train ../tiny.yml weights.support=file "weights.support_file=$file" --out run
done
check 'nothing was written' test ! -e run

# ---- files of our own ----
runs train ../tiny.yml --quiet --out run
runs export run/last.h5 -o packed.h5
costs 3 infer packed.h5 crafted/external_link.h5 -o x.h5
for model in run/last.h5 packed.h5; do
    size=$(wc -c <"$model")
    for length in 0 8 511 512 $((size / 2)) $((size - 1)); do
        head -c "$length" "$model" >cut.h5
        costs 4 inspect cut.h5
    done
    for at in 3 9 40 200 512 $((size / 2)) $((size - 1)); do
        cp "$model" changed.h5
        byte=$(od -An -tu1 -j "$at" -N 1 "$model")
        # shellcheck disable=SC2059 # the format is the byte
        printf "\\$(printf %o $((byte ^ 8)))" | dd of=changed.h5 bs=1 seek="$at" conv=notrunc 2>/dev/null
        costs 4 eval changed.h5
    done
done
# A right hash before a content over which HDF5 crashes.
costs 4 inspect "$ROOT/tests/fuzz/corpus/checkpoint/crash.h5"

# ---- words ----
costs 2 "tr${escape}[2Jain"
costs 2 train "a${escape}]0;title$(printf '\007').yml"
costs 2 train ../tiny.yml "problem.file=${escape}[31m"
costs 2 train ../tiny.yml "train.${escape}[31m=3"
costs 6 inspect "no${escape}[31m
file.h5"
printf 'network:\n  "\\e[31mdepth": 3\n' >key.yml
costs 2 train key.yml --out never
printf 'problem: {kind: file, file: "\\e]0;x\\a"}\n' >value.yml
costs 2 train value.yml --out never
cat >case.yml <<'END'
cases:
  - {label: "a\ebc", network.depth: 2}
END
costs 2 sweep case.yml --out never

label='=1+1<script>alert(1)</script>\input{x}|"&#'
runs train ../tiny.yml --quiet --force --out run --label "$label"
"$python" - <<'END'
import json
summary = json.load(open("run/summary.json"))
summary["label"] += "\x1b[31m\x07\x9b\u202e"
json.dump(summary, open("run/summary.json", "w"))
END
runs report run
runs compare run
check 'compare prints no control characters' harmless "$work/out"
check 'nor does the report hold any' harmless run/report.html run/*.csv
check 'the report has no script' refuse grep -q '<script' run/report.html
check 'but the words' grep -q '=1+1&lt;script&gt;alert(1)&lt;/script&gt;' run/report.html
check 'a table has no formula' refuse grep -qE '(^|,)"?[=@]' run/report-results.csv
check 'but the words' grep -qF "'=1+1<script>" run/report-results.csv

finish
