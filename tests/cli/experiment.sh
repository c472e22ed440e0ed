#!/bin/sh
# An experiment is swept, skipped when it is done, reported and compared as any run is, and comes out the
# same for any number of threads.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"

cat >../features.yml <<'END'
name: features
experiment: random-features
features: {d: 20, k: 40, draws: 3, test_samples: 100}
sweep: {features.ratio: [1, 4]}
cases:
  - {label: Gaussian, features.kind: gaussian}
  - {label: signs, features.kind: sign}
END

figure() { field "$1" "$work/out"; }

runs experiment ../features.yml --json
error=$(figure test_error)
check 'the error is measured and predicted' test "$(grep -cE '"(test|predicted)_error"' "$work/out")" = 2
runs experiment ../features.yml --threads 3 --json
equal 'the error with three threads' "$(figure test_error)" "$error"
runs experiment ../features.yml features.kind=sign --json
[ "$(figure test_error)" != "$error" ] || fault 'features.kind does nothing'

runs sweep ../features.yml --out swept -j 2
equal 'points' "$(find swept -name summary.json | wc -l)" 4
check 'the table has the prediction' grep -q 'predicted' "$work/out"
written=$(stat -c '%n %y' swept/*/summary.json)
runs sweep ../features.yml --out swept
equal 'a second sweep has nothing to do' "$(stat -c '%n %y' swept/*/summary.json)" "$written"
runs experiment "$(find swept -name config.yml | head -n 1)" --out again
runs report swept --out page
check 'the report has the prediction' grep -q 'predicted' page/report.html
runs compare swept
runs solve ../tiny.yml network.solver=ista
check 'a run without one has no such columns' refuse grep -q predicted "$work/out"

roll experiment ../tiny.yml
equal 'exit status without an experiment' "$code" 2
roll experiment ../tiny.yml experiment=random-featurs
check 'the nearest experiment is named' grep -q "random-features" "$work/err"
roll experiment ../features.yml features.data=digits features.file=none.h5
equal 'exit status without the images' "$code" 3
check 'it names the file' grep -q 'none\.h5' "$work/err"

finish
