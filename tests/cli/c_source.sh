#!/bin/sh
# `export --c` writes C that any C99 compiler takes without a warning, that computes what the network
# does, that allocates nothing and is small.  Also as 32-bit code and on an ARM, where compiler and
# emulator are installed (Debian: libc6-dev-i386 and lib32gcc-12-dev; gcc-arm-linux-gnueabihf,
# libc6-dev-armhf-cross and qemu-user).
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"
needs_h5py
command -v cc >/dev/null || {
    echo 'no C compiler: skipped'
    exit 77
}

strict='-std=c99 -Wall -Wextra -Wpedantic -Werror -Os'

cat >config.yml <<'END'
name: tiny
problem: {m: 50, n: 100, sparsity: 0.04}
network: {depth: 4}
train: {steps: 30, batch: 16, epoch_steps: 30, test_samples: 16, validation_samples: 16, warmup: 5}
END

# One line a network: its name, then what is changed.  One-bit links on one-bit measurements would make
# entries equal, of which rounding chooses the largest: these are real.
cat >cases <<'END'
dense network.depth=8
shared network.depth=8 weights.support=magnitude train.lr=0.02
adjoint problem.kind=rademacher weights.support=magnitude weights.share_support=false
columns weights.scale=column weights.support=nm network.physics_term=adjoint
planes weights.constraint=planes weights.scale=row problem.kind=toeplitz
ternary weights.constraint=ternary-absmean network.physics_term=analytic
kbit weights.constraint=kbit network.tied=true
physics network.solver=lista weights.support=physics problem.kind=sparse-pm1 problem.density=0.2
blocks problem.kind=block-gaussian problem.blocks=5 weights.support=blocks weights.scale=block
full weights.constraint=full weights.support=band weights.band=10
cpss network.solver=lista-cpss
lamp network.solver=lamp
admm network.solver=admm
iht network.solver=iht
niht network.solver=niht
hyperlista network.solver=hyperlista
antennas network.solver=lista-gs problem.measurements=4
pilots network.solver=lista-gscp problem.kind=qpsk problem.measurements=2
signs network.solver=biht problem.sign_only=true weights.constraint=full
box network.solver=pgd
END

# ---- nets, and signals for each ----
while read -r name keys; do
    # shellcheck disable=SC2086 # a list of words
    runs train config.yml $keys --quiet --out "$name"
    runs export "$name/last.h5" --c "$name.c" -o "$name.packed"
    check "the summary of $name has the size of its tables" grep -q "\"c_table_bytes\":" "$name/summary.json"
done <cases

"$python" - $(cut -d' ' -f1 cases) <<'END' || fault 'writing signals'
import sys
import h5py
import numpy as np

for name in sys.argv[1:]:
    rng = np.random.default_rng(1)
    with h5py.File(f"{name}/last.h5") as file:
        A = file["A"][:].astype(float)
    x = np.zeros((32, 100))
    for samples in np.split(x, 8):  # as many antennas as a case may have share a support
        where = rng.permutation(100)[:4]
        samples[:, where] = rng.standard_normal((len(samples), 4))
    y = x @ A.T
    if name == "signs":
        y = np.where(y < 0, -1, 1)
    with h5py.File(f"{name}.h5", "w") as file:
        file["y"] = y.astype(np.float32)
    np.savetxt(f"{name}.y", y.astype(np.float32), fmt="%.9g")
END

# ---- what the program computes, and what the C does ----
cat >driver.c <<'END'
#include <stdio.h>

int net_run(const float *y, float *x);

int main(void)
{
    static float y[50 * WIDTH], x[100 * WIDTH];
    for (;;) {
        for (int i = 0; i < 50 * WIDTH; i++)
            if (scanf("%f", &y[i]) != 1) return i != 0;
        if (net_run(y, x)) return 1;
        for (int i = 0; i < 100 * WIDTH; i++) printf("%.9g\n", (double)x[i]);
    }
}
END

# compute NAME RESULT COMPILER...: builds the net with the driver and feeds it the signals.
compute() {
    name=$1 result=$2
    shift 2
    width=$(sed -n 's/^#define NET_WIDTH //p' "$name.c")
    # shellcheck disable=SC2086 # a list of words
    check "$name compiles: $*" "$@" $strict "-DWIDTH=$width" -o "$name.run" "$name.c" driver.c -lm
    # shellcheck disable=SC2086 # likewise
    check "$name runs: $*" sh -c "$emulator ./$name.run <$name.y >$result"
}

emulator=
while read -r name keys; do
    runs infer "$name/last.h5" "$name.h5" -o "$name.x.h5"
    compute "$name" "$name.x" cc
done <cases

machines=
printf 'int main(void) { return 0; }\n' >none.c
if cc -m32 -o none none.c 2>/dev/null && ./none; then
    machines=m32
    while read -r name keys; do compute "$name" "$name.x.m32" cc -m32; done <cases
fi
if command -v qemu-arm >/dev/null && arm-linux-gnueabihf-gcc -static -o none none.c 2>/dev/null; then
    machines="$machines arm"
    emulator=qemu-arm
    while read -r name keys; do
        compute "$name" "$name.x.arm" arm-linux-gnueabihf-gcc -mthumb -static
    done <cases
fi
emulator=

# apart LAW BOUND FILE...: the largest |x - x'| / |x| over the 32 signals is at most BOUND.
cat >apart.py <<'END'
import sys
import h5py
import numpy as np

worst = 0
for path in sys.argv[2:]:
    with h5py.File(path.split(".")[0] + ".x.h5") as file:
        x = file["x"][:]
    error = np.linalg.norm(np.loadtxt(path).reshape(x.shape) - x, axis=1) / np.linalg.norm(x, axis=1)
    print(path, error.max())
    worst = max(worst, error.max())
print("largest difference:", worst)
sys.exit(not worst <= float(sys.argv[1]))
END
apart() {
    law=$1
    shift
    check "$law" "$python" apart.py "$@"
    tail -n 1 "$work/check"
}
results() { cut -d' ' -f1 cases | sed "s/\$/$1/"; }
# shellcheck disable=SC2046 # lists of names
{
    apart 'the C computes what the program does' 5e-6 $(results .x)
    for machine in $machines; do
        apart "and on $machine" 5e-6 $(results ".x.$machine")
    done
}

# ---- a packed model gives the same program, and a changed sign another result ----
runs export shared.packed --c packed.c
check 'the C of a packed model' cmp packed.c shared.c
sed '/^static const unsigned char link_/{n;s/0x\(.\)0/0x\11/;t;s/0x\(.\)./0x\10/}' shared.c >changed.c
check 'a line of links was changed' refuse cmp -s shared.c changed.c
cp shared.y changed.y
cp shared.x.h5 changed.x.h5
compute changed changed.x cc
check 'a changed sign shows' refuse "$python" apart.py 1e-4 changed.x

# ---- small, and nothing allocated ----
# Flash is text and constants; the budget is 8 KiB and 1.1 times the bits of the ledger.
for name in dense shared; do
    bits=$(sed -n 's/^ \*   stored  *\([0-9]*\) bits.*/\1/p' "$name.c")
    equal "bytes of $name in the comment and in the summary" "$(awk "BEGIN { print $bits / 8 }")" \
        "$(field stored_bytes "$name/summary.json")"
    # shellcheck disable=SC2086 # a list of words
    for target in cc 'cc -m32' 'arm-linux-gnueabihf-gcc -mthumb'; do
        $target $strict -c -o net.o $name.c 2>/dev/null || continue
        flash=$(size net.o | awk 'NR == 2 { print $1 + $2 }')
        echo "$name with $target: $flash bytes of flash, $(size net.o | awk 'NR == 2 { print $3 }') of RAM"
        check "$name with $target takes $flash bytes" test "$flash" -le $((8192 + bits * 11 / 80))
    done
    # shellcheck disable=SC2086 # likewise
    cc $strict -c -o net.o "$name.c"
    equal "symbols of $name" "$(nm -g --defined-only net.o | awk '{ print $3 }')" net_run
    check "$name asks for mathematics alone" \
        refuse sh -c "nm -u net.o | grep -qvE ' (sqrtf?|logf?|sincos|sin|cos|floor|mem(set|cpy)|_GLOBAL_OFFSET_TABLE_)\$'"
done
check '--with-physics writes A down' sh -c \
    '"$0" export dense/last.h5 --with-physics --c physics.c && grep -q "real_[0-9]*\[5000\]" physics.c &&
     ! grep -q draw_A physics.c' "$SIGNROLL"

roll export dense/last.h5
equal 'exit status without a file to write' "$code" 2

finish
