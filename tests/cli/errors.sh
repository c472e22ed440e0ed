#!/bin/sh
# What is wrong is refused with its exit status and one line on standard error that names it and says
# what would be right; nothing is written.  A training that diverges says where, and leaves a
# checkpoint that can be used.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"
needs_h5py

run=--out=run
everything() { find . | sort; }

# refuses STATUS WORDS ARGUMENT...: WORDS is a pattern of grep -E.
refuses() {
    status=$1 words=$2
    shift 2
    before=$(everything)
    roll "$@"
    [ "$code" -eq "$status" ] || fault "exit status $code, not $status, of signroll $*"
    [ "$(wc -l <"$work/err")" -eq 1 ] || fault "not one line on standard error: signroll $*"
    [ ! -s "$work/out" ] || fault "something on standard output: signroll $*"
    grep -qE -e "$words" "$work/err" || fault "the line lacks '$words': signroll $*"
    [ "$before" = "$(everything)" ] || fault "something was written: signroll $*"
}
# setting STATUS WORDS KEY=VALUE...: the same of a training with these settings.
setting() {
    status=$1 words=$2
    shift 2
    refuses "$status" "$words" train ../tiny.yml "$@" $run
}

# ---- the command line ----
refuses 2 "no command 'trian'; did you mean 'train'\?" trian
refuses 2 "no command 'x'; signroll --help" x
refuses 2 "no option '--quite'; did you mean '--quiet'\?" train ../tiny.yml --quite
refuses 2 "no option '--bar'; --help lists them" train ../tiny.yml --bar
refuses 2 "no option '--shard'" train ../tiny.yml --shard 1/2
refuses 2 "invalid option -- 'x'" train ../tiny.yml -x
refuses 2 "'--threads' requires an argument" train ../tiny.yml --threads
refuses 2 "'--json' doesn't allow an argument" train ../tiny.yml --json=3
refuses 2 "threads is '0', must be a whole number of at least 1" train ../tiny.yml $run --threads 0
refuses 2 "threads is 'two', must be" train ../tiny.yml $run --threads two
refuses 2 "stop-after is '0', must be" train ../tiny.yml $run --stop-after 0
refuses 2 "shard is '3/2', must be I/N with I from 1 to N" sweep ../tiny.yml --shard 3/2
refuses 2 "needs CONFIG" train
refuses 2 "'other.yml'; a setting is key=value" train ../tiny.yml other.yml
refuses 2 "'solvesr'; did you mean 'solvers'\?" list solvesr

# ---- the environment ----
export SIGNROLL_ISA=avx3
refuses 2 "SIGNROLL_ISA is 'avx3'; did you mean 'avx2'\?" list solvers
unset SIGNROLL_ISA

# ---- settings ----
refuses 2 'absent.yml: No such file' train absent.yml
refuses 2 '\.: Is a directory' train .
printf 'network:\n  dept: 3\n' >typo.yml
refuses 2 "typo.yml:2:3: unknown key 'network.dept'; did you mean 'network.depth'\?" \
    train typo.yml $run
printf 'train:\n  lr: fast\n' >text.yml
refuses 2 'text.yml:2:7: train.lr is fast, must be a number' train text.yml $run
printf 'a: [1\n' >broken.yml
refuses 2 'broken.yml:' train broken.yml $run

setting 2 "unknown key 'train.stepz'; did you mean 'train.steps'\?" train.stepz=3
setting 2 "network.solver is 'listaa'; did you mean 'lista'\?" network.solver=listaa
setting 2 "network.solver is 'nothing'" network.solver=nothing
setting 2 "weights.constraint is 'onbit'; did you mean 'onebit'\?" weights.constraint=onbit
setting 2 "weights.support is 'magnitud'; did you mean 'magnitude'\?" weights.support=magnitud
setting 2 "problem.kind is 'gausian'; did you mean 'gaussian'\?" problem.kind=gausian
setting 2 "train.optimizer is 'adm'; did you mean 'adam'\?" train.optimizer=adm
setting 2 "weights.scale is glbal, must be one of .*; did you mean 'global'\?" weights.scale=glbal
setting 2 'network.depth is 0, must be at least 1' network.depth=0
setting 2 'network.depth is 2.5, must be a whole number' network.depth=2.5
setting 2 'weights.density is 0, must be at least' weights.density=0
setting 2 'weights.density is 2, must be at most 1' weights.density=2
setting 2 'problem.sparsity is 0, must be at least' problem.sparsity=0
setting 2 'problem.m is -1, must be at least 1' problem.m=-1
setting 2 'train.steps is -4, must be at least 0' train.steps=-4
setting 2 'train.batch is 0, must be at least 1' train.batch=0
setting 2 'train.lr is abc, must be a number' train.lr=abc
setting 2 'train.lr is nan, must be a number' train.lr=nan
setting 2 'train.lr is empty, must be a number' train.lr=
setting 2 'network.tied is maybe, must be true or false' network.tied=maybe
setting 2 'seed is -1, must be a whole number' seed=-1
setting 2 "name is a/b, must hold only letters" name=a/b
setting 2 'weights.support blocks needs a problem with blocks' weights.support=blocks
setting 2 'problem.file must name one' problem.kind=file
refuses 2 'network.depth is 0, must be at least 1' sweep ../tiny.yml network.depth=2,0 $run
refuses 2 "network.solver is 'listaa'" sweep ../tiny.yml network.solver=lista,listaa $run

classical() { # solver, WORDS, KEY=VALUE...
    solver=$1 words=$2
    shift 2
    refuses 2 "$words" solve ../tiny.yml "network.solver=$solver" "$@"
}
setting 2 'network.solver omp has no iteration to unroll; .solve. runs it' network.solver=omp
classical omp 'solve.atoms is few, must be a number from 0 to 40 or true' solve.atoms=few
classical omp 'solve.atoms is 41' solve.atoms=41
classical lasso 'problem.snr_db is inf: there is no noise' solve.rule=discrepancy
classical lasso 'solve.lambda is 1000, where the path should end' solve.rule=path solve.lambda=1000
classical lasso 'the path must end lower' solve.rule=discrepancy solve.lambda=1 problem.snr_db=60

# ---- data ----
"$python" "$ROOT/tests/datasets.py"
data() { setting 3 "$2" problem.kind=file "problem.file=$1.h5"; }
data absent 'cannot read absent.h5: No such file'
data short_x 'short_x.h5: x has shape \(64, 39\), expected \(N, 40\) because A is \(20, 40\)'
data few_y 'few_y.h5: y has 10 rows, expected 64 as in x'
data nan_A 'nan_A.h5: A has nan at \[3, 5\], every value must be finite'
data nan_y 'nan_y.h5: y has nan at \[7, 2\], every value must be finite'
data vector_A 'vector_A.h5: A has 1 dimensions, expected 2'
data integer_A 'integer_A.h5: A holds int32, expected float32 or float64'
data zero_A 'A is zero'
data without_A 'without_A.h5 has no dataset A'
data empty 'empty.h5 has none of the datasets A, x and y'
head -c 900 full.h5 >cut.h5
data cut 'cut.h5'
data ../tiny 'No such file'
setting 3 'typo.yml' problem.kind=file problem.file=typo.yml

# ---- places ----
refuses 6 'cannot make the folder ../tiny.yml' train ../tiny.yml --out ../tiny.yml/run
refuses 6 'cannot make the folder /proc/run' train ../tiny.yml --out /proc/run
refuses 6 'cannot resume absent: there is no last.h5 in it' resume absent
refuses 6 'cannot read absent.h5: No such file' eval absent.h5
refuses 3 'absent holds no finished run' report absent
refuses 3 'absent holds no finished run' compare absent

# ---- checkpoints and run folders ----
runs train ../tiny.yml --quiet --out finished
refuses 2 'finished holds a finished run; --force' train ../tiny.yml --out finished
refuses 2 'finished is finished' resume finished
roll train ../tiny.yml --quiet --out unfinished --stop-after 30
refuses 2 'unfinished holds an unfinished run; signroll resume' train ../tiny.yml --out unfinished

size=$(wc -c <finished/last.h5)
head -c $((size / 2)) finished/last.h5 >half.h5
cp finished/last.h5 flipped.h5
printf '\125' | dd of=flipped.h5 bs=1 seek=$((size * 2 / 3)) conv=notrunc 2>/dev/null
: >nothing.h5
mkdir damaged
cp half.h5 damaged/last.h5
for command in eval inspect; do
    refuses 4 'half.h5 is cut or extended: .* expected' $command half.h5
    refuses 4 'flipped.h5 is damaged' $command flipped.h5
    refuses 4 'nothing.h5 was not written by signroll' $command nothing.h5
    refuses 4 'full.h5 was not written by signroll' $command full.h5
    refuses 4 'tiny.yml was not written by signroll' $command ../tiny.yml
done
refuses 4 'damaged/last.h5 is cut or extended' resume damaged
refuses 3 'A of smaller.h5 is not the matrix' eval finished/last.h5 smaller.h5
refuses 3 'A of another_A.h5 is not the matrix' eval finished/last.h5 another_A.h5
refuses 3 'only_A.h5 has no dataset x' eval finished/last.h5 only_A.h5
refuses 3 'short_x.h5: x has shape' eval finished/last.h5 short_x.h5

# ---- divergence ----
roll train ../tiny.yml weights.constraint=full network.depth=32 train.lr=1e12 --quiet --json --out diverged
equal 'exit status of a training that diverges' "$code" 5
equal 'lines on standard error' "$(wc -l <"$work/err")" 1
check 'the line names the step, the layer and the remedy' grep -qE \
    'diverged at step [0-9]+: .* of layer [0-9]+ is not finite; a smaller train.lr' "$work/err"
equal 'the summary says so' "$(field diverged diverged/summary.json)" true
equal 'the JSON says so' "$(field diverged "$work/out")" true
check 'the log says so' grep -q 'diverged at step' diverged/log.txt
for checkpoint in last best; do
    runs eval diverged/$checkpoint.h5 --json
    equal "$checkpoint.h5 is a usable network" "$(field diverged "$work/out")" false
    check "the error of $checkpoint.h5 is finite" test "$(field nmse_test_db "$work/out")" != null
done

finish
