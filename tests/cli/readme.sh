#!/bin/sh
# Every command that README shows under "Your own runs" works as it stands there; trainings and sweeps
# are cut short.
set -eu
root=${ROOT:?}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ln -s "$root/experiments" experiments
mkdir build
ln -s "${SIGNROLL:?}" build/signroll

short='train.steps=2 train.test_samples=32 train.validation_samples=32'
sed -n '/^## Your own runs/,/^## /p' "$root/README.md" | sed -n '/^```sh/,/^```/p' |
    sed '/^```/d; s/ *#.*//' >commands
[ "$(wc -l <commands)" -ge 6 ] || { echo 'README shows fewer than 6 commands'; exit 1; }

# The case overrides of the quickstart's sweep lose against the command line; the lists stay.
sed -E "s/^(build\/signroll (train|sweep) [^ ]+)/\1 $short/" commands >shortened
while read -r line; do
    echo "+ $line"
    sh -c "$line" >output 2>&1 </dev/null || { cat output; exit 1; }
done <shortened
[ -s runs/depths/report.html ]
