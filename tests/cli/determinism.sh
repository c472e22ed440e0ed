#!/bin/sh
# The same config gives the same bits: twice, on any number of threads, and when a training is stopped
# anywhere, by request, by Ctrl-C or by a kill, and resumed.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"

# shellcheck disable=SC2086 # $settings is a list of words
train() { roll train ../tiny.yml $settings --quiet --out "$@"; }
hash() { field weights_hash "$1/summary.json"; }
# Rows of metrics, without `seconds`; and without `flips`, which a session counts from where it began.
rows() { cut -d, -f1-8 "$1/metrics.csv"; }
rows_but_flips() { cut -d, -f1-7 "$1/metrics.csv"; }

# ---- twice, and on more threads ----
settings='problem.m=40 problem.n=80 train.batch=64'
train once --json
equal 'the JSON tells the hash of the summary' "$(field weights_hash ../out)" "$(hash once)"
train twice
equal 'the same config twice' "$(hash once)" "$(hash twice)"
equal 'the same metrics twice' "$(rows once)" "$(rows twice)"
for threads in 2 3; do
    train "threads$threads" --threads $threads
    equal "$threads threads" "$(hash once)" "$(hash threads$threads)"
    equal "the metrics of $threads threads" "$(rows once)" "$(rows threads$threads)"
done
train other seed=2
[ "$(hash once)" != "$(hash other)" ] || fault 'another seed gives the same weights'

# ---- stopped after a step, and resumed ----
stop_and_resume() { # step, rows or rows_but_flips
    rm -rf stopped
    train stopped --stop-after "$1"
    [ "$code" -eq 130 ] || fault "$settings: exit status $code when stopped after step $1"
    [ ! -e stopped/summary.json ] || fault "$settings: a stopped run has a summary"
    runs resume stopped --quiet
    equal "$settings: resumed after step $1" "$(hash whole)" "$(hash stopped)"
    equal "$settings: its metrics" "$($2 whole)" "$($2 stopped)"
    check "$settings: its best checkpoint" cmp whole/best.h5 stopped/best.h5
}

# constraint and settings, stages, samples (0: fresh data), a step where an epoch ends
resumes() {
    settings="weights.constraint=$1 train.stages=$2 train.samples=$3"
    rm -rf whole
    train whole
    [ "$code" -eq 0 ] || fault "$settings: exit status $code"
    stop_and_resume 25 rows_but_flips
    [ "$2" = one ] || stop_and_resume 30 rows_but_flips # where the second stage begins
    [ "$2" = two ] || stop_and_resume "$4" rows
}
for constraint in full 'onebit weights.support=magnitude' 'planes weights.support=magnitude' \
    ternary-absmean; do
    resumes "$constraint" one 0 40
    resumes "$constraint" two 100 28
done
resumes 'onebit weights.support=magnitude network.tied=true' one 100 28
resumes 'onebit weights.support=magnitude weights.share_support=false' two 0 40

# ---- stopped by a signal, and resumed ----
settings='train.steps=12000 train.epoch_steps=300'
rm -rf whole
train whole
interrupt() { # signal, exit status
    "$SIGNROLL" train ../tiny.yml train.steps=12000 train.epoch_steps=300 --quiet --out "$1" \
        >../out 2>../err &
    child=$!
    wait_for "$1/metrics.csv" 4
    kill -"$1" $child
    code=0
    wait $child 2>../err || code=$?
    equal "exit status after SIG$1" "$code" "$2"
    [ -f "$1/last.h5" ] || fault "there is no last.h5 after SIG$1"
    runs resume "$1" --quiet --threads 2
    equal "resumed after SIG$1" "$(hash whole)" "$(hash "$1")"
    equal "its metrics after SIG$1" "$(rows_but_flips whole)" "$(rows_but_flips "$1")"
    check "its best checkpoint after SIG$1" cmp whole/best.h5 "$1/best.h5"
}
interrupt INT 130
interrupt TERM 143
interrupt KILL 137

finish
