"""What is not finite ends a training within one step, names the layer, and never reaches a checkpoint.

The argument is the stride through the solvers.
"""
from soak import *

try:
    import h5py
    import numpy as np
except ImportError:
    print("python3-h5py is not installed: skipped")
    sys.exit(SKIPPED)

AT_ONCE = ["train.lr=1e9", "train.lr_scalars=1e9", "train.clip=1e30", "train.warmup=0"]
BY_AND_BY = ["train.lr=3", "train.lr_scalars=3", "train.clip=1e30", "train.warmup=0"]


def is_sound(path):
    """Whether the checkpoint opens, and all of its latents are finite."""
    with h5py.File(path) as file:
        finite = all(np.isfinite(p["latent"][:]).all() for p in file["parameters"].values())
    return finite and run("inspect", path).code == 0


def diverge(solver, constraint, rates):
    settings = [f"network.solver={solver}", f"weights.constraint={constraint}", *rates]
    train = ["train", "tiny.yml", *settings, "--quiet", "--save-every", "0", "--out"]
    shutil.rmtree("run", ignore_errors=True)
    ended = run(*train, "run")
    if ended.code == 0:
        finite = figure("run", "nmse_test_db") is not None  # it may be so large that the run is called diverged
        laws.check("a training that got through is finite", finite, solver, constraint)
    elif ended.code != 2:
        laws.check("exit status 5, with step and layer",
                   ended.code == 5 and "diverged at step " in ended.err and " of layer " in ended.err, solver,
                   constraint, ended)
        if rates is AT_ONCE:
            step = int(ended.err.split("diverged at step ")[1].split(":")[0])
            laws.check("within one step of the one that went astray, the first", step <= 1, solver, constraint, ended)
    if ended.code != 2:  # a pair that there is not
        laws.check("the checkpoints that are left are sound", is_sound("run/last.h5") and is_sound("run/best.h5"),
                   solver, constraint, ended)


for solver in listed("solvers")[::count]:
    for constraint in ("full", "onebit"):
        for rates in (AT_ONCE, BY_AND_BY):
            diverge(solver, constraint, rates)

# ---- data ------------------------------------------------------------------------------------------

A = np.random.default_rng(1).standard_normal((20, 40))
x = np.eye(40)
for name in ("A", "x", "y", "train_x", "train_y"):
    for value in (np.nan, np.inf, -np.inf):
        data = {"A": A.copy(), "x": x.copy(), "y": x @ A.T, "train_x": x.copy(), "train_y": x @ A.T}
        data[name][3, 5] = value
        with h5py.File("data.h5", "w") as file:
            for key, array in data.items():
                file[key] = array
        ended = run("train", "tiny.yml", "problem.kind=file", "problem.file=data.h5", "--out", "data")
        laws.check("nan or inf in the data: exit status 3, with the dataset, and no run folder",
                   ended.code == 3 and f"{name}" in ended.err and not os.path.exists("data"), name, value, ended)
laws.finish()
