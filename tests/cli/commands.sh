#!/bin/sh
# Every command does what its help says: the run folder is complete, JSON is one object of numbers,
# quiet is quiet, a dry run writes nothing, and what is computed again comes out the same.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"
needs_h5py

hash() { field weights_hash "$1/summary.json"; }
# The names that `list` prints, for a registry.
names() { "$SIGNROLL" list "$1" | awk '{ print $1 }'; }

# ---- help ----
commands=$("$SIGNROLL" --help | awk '/^  [a-z]/ { print $1 }')
for command in train resume eval sweep report compare solve experiment export infer inspect config list gradcheck \
    bench; do
    check "--help lists $command" test "$(echo "$commands" | grep -cx "$command")" = 1
done
for command in $commands; do
    runs "$command" --help
    check "$command --help shows its usage" grep -q "^Usage: signroll $command" "$work/out"
    check "$command --help is silent on standard error" test ! -s "$work/err"
done
runs --version
check '--version' grep -qE '^signroll [0-9]+\.[0-9]+\.[0-9]+$' "$work/out"
roll
equal 'exit status without a command' "$code" 2

# ---- train: the run folder ----
runs train ../tiny.yml --out run --json --quiet
check '--quiet is silent on standard error' test ! -s "$work/err"
cp "$work/out" printed.json
for file in config.yml env.json metrics.csv metrics.jsonl last.h5 best.h5 summary.json report.html \
    log.txt; do
    check "the run folder has $file" test -s run/$file
done
runs train run/config.yml --out again --quiet
equal 'the resolved config trains to the same weights' "$(hash run)" "$(hash again)"
check 'the resolved config is its own resolved config' cmp run/config.yml again/config.yml
runs config run/config.yml
check 'config prints the same' cmp run/config.yml "$work/out"

"$python" - <<'END' || fault 'the JSON of a training'
import json, math, numbers

WORDS = "name solver constraint support scale weights_hash".split()
NUMBERS = """depth seed m n sparsity samples steps nmse_train_db nmse_test_db nmse_test_median_db gap_db
    support_f1 links active_links sign_bits_per_link stored_bits_per_link physics_bits_per_link
    total_bits_per_link stored_bytes bits_per_weight parameters seconds""".split()
run = json.load(open("run/summary.json"))
assert run == json.load(open("printed.json")), "--json prints the summary"
for key in WORDS:
    assert isinstance(run[key], str) and run[key], key
for key in NUMBERS:
    assert isinstance(run[key], numbers.Real) and math.isfinite(run[key]), key
assert run["snr_db"] is None and run["diverged"] is False
assert len(run["layer_nmse_db"]) == run["depth"]
assert abs(run["gap_db"] - (run["nmse_test_db"] - run["nmse_train_db"])) < 1e-9
assert run["links"] == 3 * 20 * 40 and run["sign_bits_per_link"] == 1

rows = [line.split(",") for line in open("run/metrics.csv").read().splitlines()]
lines = [json.loads(line) for line in open("run/metrics.jsonl")]
assert [row[1] for row in rows] == ["step", "0", "20", "40", "60"], rows
assert [list(map(str, line)) for line in lines] == [rows[0]] * 4, "one JSON line a row"
assert float(rows[-1][5]) == lines[-1]["nmse_validation_db"]
json.load(open("run/env.json"))
END

runs train ../tiny.yml --dry-run --out dry
check 'a dry run says bits, memory and time' \
    test "$(grep -cE '^(stored bits|memory|time) ' "$work/out")" = 3
check 'a dry run writes nothing' test ! -e dry
runs train ../tiny.yml --force --out run --quiet
equal 'a run replaced by --force' "$(hash run)" "$(hash again)"
runs train ../tiny.yml --quiet
check 'without --out the folder is runs/NAME-HASH' \
    test "$(find runs -name summary.json | grep -cE '^runs/tiny-[0-9a-f]{8}/')" = 1

# ---- eval and inspect ----
runs eval run/last.h5 --json
for figure in nmse_train_db nmse_test_db nmse_test_median_db gap_db support_f1 stored_bytes weights_hash; do
    equal "$figure of last.h5" "$(field $figure "$work/out")" "$(field $figure run/summary.json)"
done
runs eval run/best.h5
check 'eval prints a table' grep -q '^tiny ' "$work/out"
runs inspect run/last.h5
check 'inspect tells the hash' grep -q "^weights hash  *$(hash run)" "$work/out"
check 'inspect lists every layer' test "$(grep -cE '^W +[012] +links +40 +20' "$work/out")" = 3
check 'inspect has the ledger' grep -q '^stored bits ' "$work/out"

# ---- problems from files ----
decibels() { printf '%.3f' "$(field nmse_test_db "$1")"; } # y is rounded once more in one of two
"$python" "$ROOT/tests/datasets.py"
file() { # name, arguments of the training
    name=$1
    shift
    runs train ../tiny.yml problem.kind=file "problem.file=$name.h5" --quiet --out "$name" "$@"
}
file full
file without_y
file single
file with_train
file only_A
equal 'y made from x is the y of the file' "$(decibels full/summary.json)" \
    "$(decibels without_y/summary.json)"
equal 'single precision of any byte order' "$(hash full)" "$(hash single)"
[ "$(hash full)" != "$(hash with_train)" ] || fault 'train_x is not trained on'
equal "the matrix's size" "$(field m full/summary.json) $(field n full/summary.json)" '20 40'
runs eval full/last.h5 full.h5 --json
equal 'eval with the data of the training' "$(field nmse_test_db "$work/out")" \
    "$(field nmse_test_db full/summary.json)"
runs eval full/last.h5 without_A.h5 --json
equal 'eval with x alone' "$(decibels "$work/out")" "$(decibels full/summary.json)"
runs eval run/last.h5 without_A.h5 --json
[ "$(field nmse_test_db "$work/out")" != "$(field nmse_test_db run/summary.json)" ] ||
    fault 'eval with other data gives the same error'
mkdir elsewhere
printf 'problem: {kind: file, file: full.h5}\ntrain: {steps: 0, test_samples: 8}\n' >elsewhere/c.yml
mv full.h5 elsewhere
runs train elsewhere/c.yml --quiet --out beside # the file is found beside the config

# ---- registries and keys ----
for registry in solvers constraints supports problems optimizers experiments; do
    check "list $registry" test "$(names $registry | wc -l)" -ge 1
done
for name in lista lista-cp ista fista; do
    check "the solver $name" test "$(names solvers | grep -cx "$name")" = 1
done
for name in full onebit planes ternary-absmean; do
    check "the constraint $name" test "$(names constraints | grep -cx "$name")" = 1
done
for name in all physics blocks magnitude random; do
    check "the support $name" test "$(names supports | grep -cx "$name")" = 1
done
runs config --schema
for key in name seed problem.kind problem.m problem.n problem.density problem.blocks problem.sparsity \
    problem.snr_db problem.measurements problem.pilots problem.file network.shrink network.solver \
    network.depth network.tied network.physics_term \
    weights.constraint weights.support weights.density weights.share_support weights.scale \
    weights.planes weights.init weights.frozen train.samples train.test_samples train.steps \
    train.batch train.optimizer train.lr train.stages solve.lambda solve.iterations solve.tolerance; do
    check "the schema has $key" test "$(awk '{ print $1 }' "$work/out" | grep -cxF "$key")" = 1
done

# ---- gradients ----
for solver in $("$SIGNROLL" list solvers | awk '!/classical only/ { print $1 }'); do
    runs gradcheck ../tiny.yml "network.solver=$solver"
done
runs gradcheck ../tiny.yml weights.constraint=full network.tied=true train.loss=final
runs gradcheck ../tiny.yml weights.constraint=planes network.physics_term=adjoint
runs gradcheck ../tiny.yml weights.support=magnitude problem.snr_db=20 network.threshold=absolute

# ---- classical solvers ----
objective() { # solver, iterations
    runs solve ../tiny.yml "network.solver=$1" "solve.iterations=$2" solve.tolerance=0 --json
    equal "iterations of $1" "$(field iterations "$work/out")" "$2"
    result=$(field objective "$work/out")
}
below() { awk "BEGIN { exit !($2 < $3) }" || fault "$1: $2 and $3"; }
objective ista 10
ista10=$result
objective ista 50
ista50=$result
objective fista 50
fista50=$result
objective fista 2000
fista2000=$result
objective ista 4000
below 'more iterations lower the objective' "$ista50" "$ista10"
below 'FISTA is faster than ISTA' "$fista50" "$ista50"
below 'both end at one optimum' "($fista2000 - $result)^2" "(1e-5 * $result)^2"

# After so few iterations the best lambda is far from the best one of a converged lasso.
error_of() { # lambda
    runs solve ../tiny.yml network.solver=fista "solve.lambda=$1" solve.iterations=8 \
        solve.tolerance=0 train.test_samples=1000 --json
    field nmse_test_db "$work/out"
}
tuned=$(error_of auto)
for lambda in 0.05 0.1 0.2 0.4; do
    below "lambda auto is not worse than $lambda" "$tuned - 0.2" "$(error_of $lambda)"
done
runs train ../tiny.yml network.solver=lista solve.lambda=auto --quiet --out untuned
runs solve ../tiny.yml network.solver=fista solve.lambda=auto --quiet --out solved
check 'solve --out keeps the figures' test -s solved/summary.json
check 'lambda: auto is a number' test "$(field lambda solved/summary.json)" != null
below 'solve --out keeps the time a signal takes' 0 "$(field seconds_per_signal solved/summary.json)"
runs solve ../tiny.yml network.solver=lasso solve.lambda=0.05 solve.tolerance=1e-4 --json
below 'the lasso stops at the duality gap' "$(field duality_gap "$work/out")" 1.1e-4
below 'a gap is not negative' -1e-6 "$(field duality_gap "$work/out")"
for rule in path discrepancy; do
    runs solve ../tiny.yml network.solver=lasso problem.snr_db=20 "solve.rule=$rule" \
        solve.lambda=auto --json
    below "solve.rule=$rule finds a lambda" 0 "$(field lambda "$work/out")"
done
runs solve ../tiny.yml network.solver=omp solve.atoms=true --json
check 'a solver without lambda has no gap' test "$(grep -c duality_gap "$work/out")" = 0

finish
