#!/bin/sh
# Every question has a config at full size, whose points all resolve, and a small one that runs here:
# the report has every figure it asks for, with data.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"

configs=$ROOT/experiments/configs

# figures CONFIG: their names.
figures() { sed -n 's/^ *- {name: \([a-z0-9-]*\), title.*/\1/p' "$1"; }
# has_data CSV: a heading and numbers below it.
has_data() { test "$(grep -c '[0-9]$' "$1")" -ge 2; }

for question in published depth samples rate precision theory robustness random-features; do
    full=$configs/$question.yml small=$configs/$question-small.yml
    runs sweep "$full" --dry-run --out full
    check "$question has three seeds, or as many draws" grep -qE 'seed: \[1, 2, 3\]|draws: [3-9]' "$full"
    runs sweep "$small" -j 2 --quiet --out "$question"
    runs report "$question"
    check "$question asks for figures" test -n "$(figures "$small")" -a -n "$(figures "$full")"
    for figure in $(figures "$small"); do
        check "figure $figure of $question" has_data "$question/report-$figure.csv"
        check "its drawing" grep -q '</svg>' "$question/report-$figure.svg"
        check "its LaTeX table" grep -q toprule "$question/report-$figure.tex"
        check "its Markdown table" grep -q '^|---' "$question/report-$figure.md"
    done
done
check 'the depths that match' has_data precision/report-depth-match.csv
echo 'x,y' >../empty.csv
check 'a figure without data would be noticed' refuse has_data ../empty.csv

finish
