#!/bin/sh
# A sweep runs every point once, whatever stops it and however its points are shared out; its table and
# report tell methods apart, and seeds of one method together.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"

cat >../sweep.yml <<'END'
name: swept
problem: {m: 20, n: 40}
network: {depth: 3}
train: {steps: 40, batch: 16, epoch_steps: 20, test_samples: 64, validation_samples: 32}
sweep:
  network.depth: [2, 3]
  weights.constraint: [full, onebit]
END
cat >../cases.yml <<'END'
name: cases
problem: {m: 20, n: 40}
network: {depth: 3}
train: {steps: 40, batch: 16, epoch_steps: 20, test_samples: 64, validation_samples: 32}
cases:
  - {label: ISTA-16, command: solve, network.solver: ista, solve.iterations: 16}
  - {label: real, weights.constraint: full}
  - {label: one bit, weights.constraint: onebit}
sweep:
  seed: [1, 2]
END

# "folder hash" of every finished point; when each summary was written; the table without times.
hashes() {
    for summary in "$1"/*/summary.json; do
        echo "$(basename "$(dirname "$summary")") $(field weights_hash "$summary")"
    done
}
written() { stat -c '%n %y %i' "$1"/*/summary.json; }
table() { sed 's/ *[^ ]*$//' "$work/out"; }
points() { find "$1" -name summary.json | wc -l; }
has_row() { grep -qE "^$1  +-" "$work/out" || fault "no row '$1' in the table"; }

# ---- lists: one row a point ----
runs sweep ../sweep.yml --out one
one=$(table)
equal 'points of two lists' "$(points one)" 4
equal 'rows of the table' "$(tail -n +4 "$work/out" | wc -l)" 4
for row in 'depth=2, constraint=full' 'depth=2, constraint=onebit' 'depth=3, constraint=full' \
    'depth=3, constraint=onebit'; do
    has_row "$row"
done
before=$(written one)
runs sweep ../sweep.yml --out one
equal 'a second sweep has nothing to do' "$(written one)" "$before"
equal 'and prints the same table' "$(table)" "$one"

runs sweep ../sweep.yml --out two -j 2
equal 'the table of two processes' "$(table)" "$one"
equal 'the weights of two processes' "$(hashes two)" "$(hashes one)"

# ---- shared out among machines ----
runs sweep ../sweep.yml --out parts --shard 1/2
equal 'points of the first half' "$(points parts)" 2
runs sweep ../sweep.yml --out parts --shard 2/2
equal 'both halves are the whole' "$(hashes parts)" "$(hashes one)"
equal 'and its table' "$(table)" "$one"

# ---- lists on the command line; what has been changed is run again ----
runs sweep ../sweep.yml weights.constraint=onebit,ternary-absmean --out one
equal 'points after another list' "$(points one)" 6
equal 'rows of that list' "$(tail -n +4 "$work/out" | wc -l)" 4
runs sweep ../tiny.yml network.depth=2,3 --out list
equal 'a list without a sweep in the config' "$(points list)" 2
sed -i 's/steps: 40/steps: 20/' ../sweep.yml
runs sweep ../sweep.yml --out two
equal 'an edited config is another' "$(points two)" 8
runs sweep ../sweep.yml --dry-run --out dry
equal 'a dry run tells the points' "$(grep -c '^train dry/' "$work/out")" 4
check 'a dry run writes nothing' test ! -e dry
runs sweep ../sweep.yml --out two --json --quiet
check 'JSON counts the points' grep -q '"points": 4, "finished": 4' "$work/out"
check '--quiet is silent on standard error' test ! -s "$work/err"

# ---- interrupted and continued ----
long='train.steps=6000 train.epoch_steps=300'
# shellcheck disable=SC2086 # a list of words
runs sweep ../tiny.yml seed=1,2,3,4 $long --out whole
# shellcheck disable=SC2086
"$SIGNROLL" sweep ../tiny.yml seed=1,2,3,4 $long --out stopped -j 2 >../out 2>../err &
child=$!
tries=0
while [ -z "$(find stopped -name metrics.csv 2>/dev/null)" ] && [ $tries -lt 3000 ]; do
    sleep 0.02
    tries=$((tries + 1))
done
kill -INT $child
code=0
wait $child || code=$?
equal 'exit status of an interrupted sweep' "$code" 130
check 'it was interrupted in time' test "$(points stopped)" -lt 4
# shellcheck disable=SC2086
runs sweep ../tiny.yml seed=1,2,3,4 $long --out stopped
equal 'continued, it ends at the same weights' "$(hashes stopped)" "$(hashes whole)"

# ---- cases and seeds ----
runs sweep ../cases.yml --out cases -j 2
equal 'points of cases times seeds' "$(points cases)" 6
equal 'one row a method' "$(tail -n +4 "$work/out" | wc -l)" 3
check 'the spread over seeds' test "$(grep -cE '^(real|one bit) .* \+- ' "$work/out")" = 2
runs compare cases
equal 'compare prints the table of the sweep' "$(tail -n +4 "$work/out" | awk '{ print $1 }' | xargs)" \
    'ISTA-16 real one'
runs compare cases/one-bit-*
awk 'NR == FNR { if (/"nmse_test_db"/) { gsub(/[^-.0-9]/, ""); x[++n] = $0 } next }
    /^one bit/ { mean = $6; spread = $8 }
    END { m = (x[1] + x[2]) / 2; s = (x[1] - m) ^ 2 + (x[2] - m) ^ 2
          exit !(n == 2 && (mean - m) ^ 2 < 1e-3 && (spread - sqrt(s)) ^ 2 < 1e-3) }' \
    "$(cat cases/one-bit-*/summary.json >../both && echo ../both)" "$work/out" ||
    fault 'mean +- sample standard deviation of the test error'

# ---- a long label keeps all that sets its points apart ----
cat >../long.yml <<'END'
name: long
problem: {m: 20, n: 40}
train: {steps: 4, batch: 16, test_samples: 64, validation_samples: 32}
sweep:
  network.depth: [2, 3]
cases:
  - {label: one bit on half of the links beside the physics and frozen, weights.constraint: onebit}
END
runs sweep ../long.yml problem.snr_db=20,30 --out long
equal 'rows of four points' "$(tail -n +4 "$work/out" | wc -l)" 4

# ---- compare: other settings under one name, other problems ----
runs train ../tiny.yml --quiet --out bits
runs train ../tiny.yml weights.constraint=full --quiet --out reals
runs train ../tiny.yml seed=2 --quiet --out more
runs compare bits reals more
has_row 'tiny \(bits\)'
has_row 'tiny \(reals\)'
equal 'three runs of two methods' "$(tail -n +4 "$work/out" | wc -l)" 2
runs train ../tiny.yml problem.m=25 --quiet --out wider
roll compare bits wider
equal 'exit status of a comparison of different problems' "$code" 3
check 'it names both' grep -q 'different problems.*20x40.*25x40' "$work/err"

# ---- report ----
runs report cases bits --out page
check 'report.html' test -s page/report.html
for figure in results settings validation; do
    check "$figure as CSV" test "$(wc -l <page/report-$figure.csv)" -ge 2
done
check 'every CSV that the page names is there' sh -c '
    cd page && grep -o "href=\"[^\"]*\"" report.html | cut -d\" -f2 | xargs ls'
fetched='(src|href|action|data|poster)="(https?:)?//|@import|url\(|<(script|link|iframe|img|object)'
check 'the page fetches nothing' refuse grep -qE "$fetched" page/report.html
echo '<img src="https://x">' >../offence
check 'such a page would be noticed' grep -qE "$fetched" ../offence

finish
