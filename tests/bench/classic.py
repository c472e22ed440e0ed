#!/usr/bin/python3
"""signroll's omp and lasso against scikit-learn's orthogonal_mp and Lasso: the same problem, the same
machine, one thread each, turn by turn.

    python3 tests/bench/classic.py BUILD/signroll [--signals 15] [--lambdas 0.1 0.01]

Needs python3-sklearn and python3-h5py.  One signal at a time on both sides, so nothing is shared between
signals; a time is that of the solver alone, without reading data.  The medians over the signals are
compared, and the spread printed is that of the middle half.  Both lassos go to the same objective:
signroll's is iterated to a relative duality gap of 1e-8, and scikit-learn's tol is lowered by factors of
ten until its objective is no more than 1e-8 (relative) above the least.  Build signroll with the preset
`double` to compare like with like: scikit-learn computes in double.
"""
import argparse, json, os, subprocess, tempfile, time, warnings

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
import h5py
import numpy as np
from sklearn.linear_model import Lasso, orthogonal_mp

CLOSE = 1e-8  # relative distance from the least objective


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def draw(m, n, signals, seed=0):
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((m, n))
    A /= np.linalg.norm(A, axis=0)
    x = rng.standard_normal((signals, n)) * (rng.random((signals, n)) < 0.1)
    return np.asfortranarray(A), x, x @ A.T


def signroll(program, folder, A, x, y, settings):
    """Seconds of the solver for one signal, and its summary."""
    with h5py.File(f"{folder}/one.h5", "w") as f:
        f["A"], f["x"], f["y"] = A, x[None], y[None]
    words = ["problem.kind=file", f"problem.file={folder}/one.h5", "train.test_samples=1", "train.samples=1"]
    with open(f"{folder}/bench.yml", "w") as f:
        f.write("name: bench\n")
    out = subprocess.run([program, "solve", f"{folder}/bench.yml", "--json", *words, *settings],
                         check=True, capture_output=True, text=True, cwd=folder).stdout
    summary = json.loads(out)
    return summary["seconds_per_signal"], summary


def lasso_to(A, y, lam, goal):
    """scikit-learn's objective is ours divided by m; the loosest tol that reaches the goal."""
    for power in range(4, 16):
        model = Lasso(alpha=lam / len(y), fit_intercept=False, max_iter=1000000, tol=10.0**-power)
        seconds, _ = timed(lambda: model.fit(A, y))
        x = model.coef_
        if 0.5 * np.sum((A @ x - y) ** 2) + lam * np.abs(x).sum() <= goal:
            return seconds
    return seconds


def report(what, ours, theirs):
    q = lambda t: "%8.3f ms (%.3f to %.3f)" % tuple(1e3 * np.percentile(t, [50, 25, 75]))
    print("%-14s signroll %s   scikit-learn %s   ratio %.2f"
          % (what, q(ours), q(theirs), np.median(ours) / np.median(theirs)), flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program")
    options.add_argument("--m", type=int, default=250)
    options.add_argument("--n", type=int, default=500)
    options.add_argument("--signals", type=int, default=15)
    options.add_argument("--lambdas", type=float, nargs="+", default=[0.1, 0.01])
    a = options.parse_args()
    program = os.path.abspath(a.program)
    warnings.filterwarnings("ignore")
    A, x, y = draw(a.m, a.n, a.signals)
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = [], []
        for xi, yi in zip(x, y):
            k = int(np.count_nonzero(xi))
            theirs.append(timed(lambda: orthogonal_mp(A, yi, n_nonzero_coefs=k))[0])
            ours.append(signroll(program, folder, A, xi, yi,
                                 ["network.solver=omp", "solve.atoms=true", "solve.tolerance=0"])[0])
        report("omp", ours, theirs)
        for lam in a.lambdas:
            ours, theirs = [], []
            for xi, yi in zip(x, y):
                settings = ["network.solver=lasso", f"solve.lambda={lam}", "solve.iterations=1000000"]
                least = signroll(program, folder, A, xi, yi, settings + ["solve.tolerance=1e-13"])[1]
                seconds, run = signroll(program, folder, A, xi, yi, settings + [f"solve.tolerance={CLOSE}"])
                goal = least["objective"] * (1 + CLOSE)
                assert run["objective"] <= goal, (run["objective"], goal)
                ours.append(seconds)
                theirs.append(lasso_to(A, yi, lam, goal))
            report(f"lasso {lam:g}", ours, theirs)


main()
