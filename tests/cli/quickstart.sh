#!/bin/sh
# The experiment of experiments/run.sh runs to its end, with a handful of steps: a row for every case,
# and a report with its figures.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"
cd "$ROOT" # the config names its data from here

out=$work/here/quickstart
runs sweep experiments/configs/quickstart.yml train.steps=4 train.test_samples=32 --out "$out"
cases=$(grep -c '^ *- {label:' experiments/configs/quickstart.yml)
equal 'rows of the table' "$(tail -n +4 "$work/out" | wc -l)" "$cases"
sed -n 's/^ *- {label: \([^,]*\),.*/\1/p' experiments/configs/quickstart.yml |
    while read -r label; do grep -qF "$label  " "$work/out" || echo "$label"; done >"$work/missing"
check 'every case has its row' test ! -s "$work/missing"

runs report "$out" --out "$out"
page=$out/report.html
equal 'figures of the report' "$(grep -c '<figure>' "$page") $(grep -c '</svg>' "$page")" '4 4'
for figure in validation layers gap bits; do
    check "$figure as CSV" test "$(wc -l <"$out/report-$figure.csv")" -ge 2
done
equal 'rows of the results as CSV' "$(tail -n +2 "$out/report-results.csv" | wc -l)" "$cases"

finish
