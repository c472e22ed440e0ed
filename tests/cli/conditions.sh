#!/bin/sh
# Conditions of the test set change what is measured, not what is trained; a sweep over them trains once.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"

hash() { field weights_hash "$1/summary.json"; }
error() { field nmse_test_db "$1/summary.json"; }
# What a training wrote beside its summary.
trained() { find "$1" -name metrics.csv | wc -l; }
differ() { [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]; }
# A summary without what differs from run to run: its seconds.
figures() { grep -v '"seconds"' "$1/summary.json"; }

# ---- train ----
runs train ../tiny.yml --quiet --out plain
for condition in test.snr_db=10 test.sparsity=0.4 test.matrix_error=0.3; do
    runs train ../tiny.yml $condition --quiet --out "${condition%=*}"
    equal "$condition: the network" "$(hash "${condition%=*}")" "$(hash plain)"
    check "$condition: another error" differ "$(error "${condition%=*}")" "$(error plain)"
    for figure in nmse_train_db best_db; do
        equal "$condition: $figure" "$(field $figure "${condition%=*}/summary.json")" \
            "$(field $figure plain/summary.json)"
    done
done
equal 'the summary says the condition' "$(field condition test.snr_db/summary.json)" 'snr=10'
check 'so does the report' grep -q 'snr=10' test.snr_db/report.html
runs train ../tiny.yml test.snr_db=10 --dry-run
check 'so does a dry run' grep -q '^tested under  *snr=10' "$work/out"

# ---- eval ----
runs eval plain/last.h5 test.snr_db=10 --out later --label later
equal 'eval under another condition' "$(error later)" "$(error test.snr_db)"
runs eval test.snr_db/last.h5 test.snr_db=auto --json
equal 'and back' "$(field nmse_test_db "$work/out")" "$(error plain)"
runs eval test.snr_db/last.h5 --json
equal 'eval without keys is under the condition of the run' "$(field nmse_test_db "$work/out")" \
    "$(error test.snr_db)"
runs export plain/last.h5 -o plain.sgn
runs eval plain.sgn test.matrix_error=0.3 --json
check 'a packed model is tested likewise' differ "$(field nmse_test_db "$work/out")" "$(error plain)"
roll eval plain/last.h5 network.depth=4
equal 'exit status of eval with another key' "$code" 2
check 'it names the key' grep -q 'network.depth' "$work/err"

# ---- solve: lambda is tuned on the problem ----
for key in test.snr_db=auto test.snr_db=5; do
    runs solve ../tiny.yml network.solver=ista solve.lambda=auto solve.iterations=30 $key --out "solve-$key"
done
equal 'lambda of a run under another condition' "$(field lambda solve-test.snr_db=5/summary.json)" \
    "$(field lambda solve-test.snr_db=auto/summary.json)"
check 'the error is another' differ "$(error solve-test.snr_db=5)" "$(error solve-test.snr_db=auto)"

# ---- compare ----
roll compare plain test.snr_db
equal 'exit status of a comparison of different conditions' "$code" 3
check 'it names them' grep -q 'as trained.*snr=10' "$work/err"
runs compare later test.snr_db

# ---- sweep: one training a network ----
cat >../conditions.yml <<'END'
name: swept
problem: {m: 20, n: 40}
network: {depth: 3}
train: {steps: 40, batch: 16, epoch_steps: 20, test_samples: 64, validation_samples: 32}
sweep:
  network.depth: [2, 3]
  test.snr_db: [inf, 20, 10]
report:
  figures:
    - {name: robust, x: test.snr_db, y: nmse_test_db}
END
runs sweep ../conditions.yml --out one --dry-run
equal 'points that train' "$(grep -c '^train' "$work/out")" 2
equal 'points that test' "$(grep -c '^eval' "$work/out")" 4
runs sweep ../conditions.yml --out one
equal 'points' "$(find one -name summary.json | wc -l)" 6
equal 'trainings' "$(trained one)" 2
for point in 'inf' 20 10; do
    runs train ../conditions.yml network.depth=3 test.snr_db=$point --label "depth=3, test.snr_db=$point" \
        --quiet --out "alone-$point"
    check "the point at $point is what a training of its own gives" test "$(figures "alone-$point")" \
        = "$(figures one/depth-3-test-snr-db-$point-*)"
    check "and so is its config" cmp "alone-$point/config.yml" one/depth-3-test-snr-db-$point-*/config.yml
done
runs sweep ../conditions.yml --out two -j 3
for shard in 1/2 2/2; do runs sweep ../conditions.yml --out parts --shard $shard; done
for other in two parts; do
    equal "trainings of $other" "$(trained $other)" 2
    for summary in one/*/summary.json; do
        point=$(dirname "$summary")
        equal "$other: $point" "$(figures "$other/${point#one/}")" "$(figures "$point")"
    done
done
rm -r one/depth-3-test-snr-db-20-*
runs sweep ../conditions.yml --out one
equal 'what is missing is tested again, not trained' "$(trained one)" 2
runs report one --out page
check 'a figure over the condition' grep -q 'depth=3' page/report-robust.csv

finish
