#!/bin/sh
# Checkpoints are HDF5 that other programs open, with all that is needed to go on; a changed byte is
# refused, wherever it is.
# shellcheck source=tests/lib.sh
. "${ROOT:?}/tests/lib.sh"
needs_h5py
command -v h5dump >/dev/null || {
    echo 'hdf5-tools is not installed: skipped'
    exit 77
}

# HDF5 looks the name of an image in memory up in the current folder: no file there may matter.
echo 'not HDF5' >signroll
runs train ../tiny.yml seed=7 weights.support=magnitude --quiet --out run
runs eval run/last.h5

"$python" - <<'END' || fault 'what h5py reads'
import json
import h5py
import numpy as np

summary = json.load(open("run/summary.json"))
with h5py.File("run/last.h5") as file:
    assert file.userblock_size == 512
    assert open("run/last.h5", "rb").read(8) == b"signroll"
    assert file.attrs["seed"] == 7
    assert b"philox" in bytes(file.attrs["generator"])
    assert bytes(file.attrs["weights_hash"]).decode() == summary["weights_hash"]
    assert bytes(file["config"][()]).decode() == open("run/config.yml").read()
    A = file["A"][:]
    assert A.shape == (20, 40) and np.allclose(np.linalg.norm(A, axis=0), 1, atol=1e-5)
    parameters = file["parameters"]
    assert len(parameters) == parameters.attrs["count"]
    latents = sum(p["latent"].size for p in parameters.values())
    W = parameters["W.0/latent"]
    assert W.shape == (1, 20, 40) and bytes(parameters["W.0"].attrs["role"]) == b"links"
    support = file["supports/0"]
    on = np.unpackbits(support["on"][:], bitorder="little")[: 40 * 20]
    assert on.sum() == support.attrs["active"] == summary["active_links"] / 3
    trainer = file["trainer"]
    assert trainer.attrs["step"] == 60 and trainer.attrs["best_db"] == summary["best_db"]
    assert trainer["moments"].shape == (2, latents) and np.abs(trainer["moments"][:]).max() > 0
with h5py.File("run/best.h5") as file:
    assert "trainer" not in file
END

check 'h5dump lists the tree' sh -c 'h5dump -H run/last.h5 >../tree'
for name in 'DATASET "A"' 'DATASET "config"' 'GROUP "parameters"' 'GROUP "supports"' 'GROUP "trainer"' \
    'DATASET "moments"'; do
    check "h5dump shows $name" grep -q "$name" ../tree
done
check 'h5dump prints the configuration' sh -c 'h5dump -d /config run/last.h5 | grep -q "solver: lista-cp"'

# ---- one byte changed: in the user block, its padding, the middle, the end ----
size=$(wc -c <run/last.h5)
for at in 0 9 13 33 41 300 511 512 2000 $((size / 2)) $((size - 1)); do
    cp run/last.h5 changed.h5
    byte=$(od -An -tu1 -j "$at" -N 1 run/last.h5)
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %o $((byte ^ 1)))" | dd of=changed.h5 bs=1 seek="$at" conv=notrunc 2>/dev/null
    check "byte $at was changed" test "$(cmp -l run/last.h5 changed.h5 | wc -l)" = 1
    roll eval changed.h5
    equal "exit status with byte $at changed" "$code" 4
done
{ cat run/last.h5 && echo; } >longer.h5
roll inspect longer.h5
equal 'exit status with a byte too many' "$code" 4
runs eval run/last.h5

# ---- what h5py writes is data ----
"$python" - <<'END'
import h5py
import numpy as np

A = np.random.default_rng(1).standard_normal((20, 40))
with h5py.File("data.h5", "w") as file:
    file.create_dataset("A", data=A, compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("x", data=np.eye(40), chunks=(5, 8))
END
runs train ../tiny.yml problem.kind=file problem.file=data.h5 train.test_samples=40 --quiet --out mine

finish
