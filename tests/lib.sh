# lib.sh -- what the tests of the program, cli/*.sh, share: a folder to work in, a tiny config, a run
# of the program whose output is kept, and a count of what did not hold.
# shellcheck shell=sh disable=SC2034,SC2002
set -eu
: "${SIGNROLL:?the program}" "${ROOT:?the source folder}"
python=/usr/bin/python3 # Debian's own, which sees Debian's h5py

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/here"
cd "$work/here"
failures=0

cat >../tiny.yml <<'END'
name: tiny
problem: {m: 20, n: 40}
network: {depth: 3}
train: {steps: 60, batch: 16, epoch_steps: 20, test_samples: 64, validation_samples: 32}
END

# Runs the program: its exit status is $code, what it wrote $work/out and $work/err.
roll() {
    code=0
    "$SIGNROLL" "$@" >"$work/out" 2>"$work/err" || code=$?
}

# The law that did not hold, with the last run's words on standard error.
fault() {
    echo "FAULT: $*"
    sed 's/^/    /' "$work/err" | tail -n 3
    failures=$((failures + 1))
}

# check LAW COMMAND...: the command has to succeed.
check() {
    law=$1
    shift
    "$@" >"$work/check" 2>&1 || {
        fault "$law"
        sed 's/^/    /' "$work/check" | tail -n 10
    }
}

refuse() { ! "$@"; } # for `check`

# runs WORDS...: the program, and it has to succeed.
runs() {
    roll "$@"
    [ "$code" -eq 0 ] || fault "exit status $code of signroll $*"
}

# A figure or a text of a summary.
field() { sed -n "s/^[[:space:]]*\"$1\":[[:space:]]*\"\{0,1\}\([^\",]*\).*/\1/p" "$2"; }

# equal LAW A B
equal() {
    if [ "$2" != "$3" ] || [ -z "$2" ]; then fault "$1: '$2' and '$3'"; fi
}

# wait_for FILE LINES: until the file has so many lines; gives up after a minute.
wait_for() {
    tries=0
    while [ "$(cat "$1" 2>/dev/null | wc -l)" -lt "$2" ] && [ $tries -lt 3000 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
}

needs_h5py() {
    "$python" -c 'import h5py' 2>/dev/null || {
        echo 'python3-h5py is not installed: skipped'
        exit 77
    }
}

finish() {
    [ "$failures" -eq 0 ] || {
        echo "$failures faults"
        exit 1
    }
    exit 0
}
