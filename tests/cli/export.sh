#!/bin/sh
# A packed model is hardly larger than the bits the ledger counts, computes what its checkpoint computes,
# and is refused when it is not whole.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"
needs_h5py

cat >../small.yml <<'END'
name: small
problem: {m: 50, n: 100}
network: {depth: 4}
train: {steps: 20, batch: 16, samples: 64, epoch_steps: 20, test_samples: 64, validation_samples: 16}
END
"$python" - <<'END'
import h5py
import numpy as np

random = np.random.default_rng(3)
for name, columns in ("y", 50), ("narrow", 49):
    with h5py.File(name + ".h5", "w") as file:
        file["y"] = random.standard_normal((70, columns))
with h5py.File("x.h5", "w") as file:
    file["x"] = random.standard_normal((70, 100))
with h5py.File("one.h5", "w") as file, h5py.File("y.h5") as all:
    file["y"] = all["y"][:1]
END

# within BOUND A B: the numbers differ by no more
within() { awk -v bound="$1" -v a="$2" -v b="$3" 'BEGIN { d = a - b; exit !(d <= bound && -d <= bound) }'; }

# The two files agree, to single precision.
same_estimates() {
    "$python" - "$1" "$2" <<'END'
import sys
import h5py
import numpy as np

a, b = (h5py.File(name)["x"][:] for name in sys.argv[1:3])
assert a.shape == b.shape == (70, 100)
error = np.linalg.norm(a - b) / np.linalg.norm(a)
assert error < 1e-6, error
END
}

# Trains with these settings, packs, and compares both forms.
packs() {
    runs train ../small.yml --quiet --force --out run "$@"
    runs export run/last.h5 -o packed.h5 --json
    cp "$work/out" export.json
    bytes=$(wc -c <packed.h5)
    equal "the size that is told of $*" "$(field file_bytes export.json)" "$bytes"
    equal "the size in the run's summary of $*" "$(field file_bytes run/summary.json)" "$bytes"
    equal "the error that is told of $*" "$(field nmse_test_db export.json)" \
        "$(field nmse_test_db run/summary.json)"
    A=$(case $* in *kind=file*) echo 4*50*100 ;; *) echo 0 ;; esac) # 4 bytes an entry
    check "the size of $*" awk -v bytes="$bytes" -v stored="$(field stored_bytes export.json)" \
        "BEGIN { exit !(bytes <= 1.05 * (stored + $A) + 4096) }"
    runs infer run/last.h5 y.h5 -o x_trained.h5
    runs infer packed.h5 y.h5 -o x_packed.h5 --threads 2
    check "estimates of $*" same_estimates x_trained.h5 x_packed.h5
    runs eval run/last.h5 --json
    cp "$work/out" trained.json
    runs eval packed.h5 --json
    for key in nmse_test_db nmse_train_db; do
        check "$key of $*" within 0.01 "$(field $key trained.json)" "$(field $key "$work/out")"
    done
    for key in weights_hash stored_bits_per_link physics_bits_per_link links m n depth solver; do
        equal "$key of $*" "$(field $key trained.json)" "$(field $key "$work/out")"
    done
    equal "the file's size from eval of $*" "$(field file_bytes "$work/out")" "$bytes"
    runs inspect packed.h5
    check "inspect of $*" grep -q "^file_bytes  *$bytes\$" "$work/out"
}

packs
# A single vector has kernels of its own.
runs infer packed.h5 one.h5 -o x_one.h5
check 'the estimate of one vector' "$python" -c '
import h5py
import numpy as np
one, all = (h5py.File(name)["x"][:] for name in ("x_one.h5", "x_packed.h5"))
assert one.shape == (1, 100) and np.linalg.norm(one - all[:1]) < 1e-5 * np.linalg.norm(one)
assert np.linalg.norm(one - all[1:2]) > 0.1 * np.linalg.norm(one)'
packs weights.support=magnitude
packs weights.constraint=full weights.support=random
packs weights.constraint=planes weights.support=nm weights.planes=2 weights.scale=row
packs weights.constraint=ternary-absmean weights.scale=column
packs weights.constraint=kbit weights.bits=3 network.solver=lista
packs network.solver=alista weights.constraint=full
packs problem.kind=sparse-pm1 weights.support=physics network.tied=true
packs network.physics_term=adjoint weights.support=initial

# ---- with what could be computed ----
runs export run/last.h5 -o with.h5 --with-physics
runs infer with.h5 y.h5 -o x_with.h5
check 'estimates with stored physics' same_estimates x_trained.h5 x_with.h5

# ---- a problem from a file: packed with A, it needs the file no more ----
"$python" - <<'END'
import h5py
import numpy as np

random = np.random.default_rng(5)
with h5py.File("data.h5", "w") as file:
    A = random.standard_normal((50, 100))
    file["A"] = A / np.linalg.norm(A, axis=0)
    file["x"] = random.standard_normal((64, 100)) * (random.random((64, 100)) < 0.1)
END
packs problem.kind=file problem.file=data.h5
rm data.h5
runs infer packed.h5 y.h5 -o x_packed.h5
runs inspect packed.h5
roll eval packed.h5
equal 'exit status of eval without the test vectors' "$code" 3

# ---- what is wrong ----
refuses() {
    status=$1 words=$2
    shift 2
    rm -f out.h5
    roll "$@"
    [ "$code" -eq "$status" ] || fault "exit status $code, not $status, of signroll $*"
    [ "$(wc -l <"$work/err")" -eq 1 ] || fault "not one line on standard error: signroll $*"
    grep -qE -e "$words" "$work/err" || fault "the line lacks '$words': signroll $*"
    [ ! -e out.h5 ] || fault "something was written: signroll $*"
}
packs weights.support=magnitude
size=$(wc -c <packed.h5)
head -c $((size / 2)) packed.h5 >half.h5
cp packed.h5 flipped.h5
printf '\125' | dd of=flipped.h5 bs=1 seek=$((size * 2 / 3)) conv=notrunc 2>/dev/null
for damaged in 'half.h5 is cut or extended' 'flipped.h5 is damaged'; do
    file=${damaged%% *}
    refuses 4 "$damaged" infer "$file" y.h5 -o out.h5
    refuses 4 "$damaged" eval "$file"
    refuses 4 "$damaged" inspect "$file"
    refuses 4 "$damaged" export "$file" -o out.h5
done
refuses 6 'cannot read absent.h5' infer absent.h5 y.h5 -o out.h5
refuses 6 'cannot read absent.h5' export absent.h5 -o out.h5
refuses 3 'cannot read absent.h5' infer packed.h5 absent.h5 -o out.h5
refuses 3 'narrow.h5: y has shape \(70, 49\), expected \(N, 50\)' infer packed.h5 narrow.h5 -o out.h5
refuses 3 'narrow.h5: y has shape' infer run/last.h5 narrow.h5 -o out.h5
refuses 3 'x.h5 has no dataset y' infer packed.h5 x.h5 -o out.h5
refuses 3 'small.yml' infer packed.h5 ../small.yml -o out.h5
refuses 2 'infer needs -o OUT.h5' infer packed.h5 y.h5
refuses 2 'export needs -o FILE' export run/last.h5
refuses 2 'packed.h5 is packed already' export packed.h5 -o out.h5
refuses 6 'cannot write' infer packed.h5 y.h5 -o absent/out.h5
refuses 2 'run is finished' resume run
mkdir alone
cp packed.h5 alone/last.h5
refuses 4 "alone/last.h5 is of the kind 'packed', expected 'checkpoint'" resume alone

# ---- as docs/format.md says ----
packs
"$python" - <<'END' || fault 'what h5py reads'
import h5py
import numpy as np

file = h5py.File("packed.h5")
rows, cols = 100, 50
bits = np.unpackbits(file["codes"][:], bitorder="little")
W = np.empty((4, rows, cols))
for matrix in W:
    for first in range(0, cols, 32):
        width = min(32, cols - first)
        matrix[:, first:first + width] = bits[:rows * width].reshape(rows, width) * 2.0 - 1
        bits = bits[rows * width:]
W *= file["scales"][:].reshape(4, 1, 1)
latent = h5py.File("run/last.h5")["parameters/W.2/latent"][0].T
assert np.array_equal(np.sign(W[2]), np.where(latent < 0, -1, 1))
END

finish
