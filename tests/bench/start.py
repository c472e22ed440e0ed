#!/usr/bin/python3
"""From the start of the program to a network that is ready to train, and to the end of its first step.

    python3 tests/bench/start.py BUILD/signroll [--rounds 15] [--folder /dev/shm] [m=250 n=500 depth=16 batch=64]

The program begins, and the first row of metrics is there: program and libraries loaded, problem drawn, network and
trainer made, everything measured once.  Then the state is saved, so that nothing is lost from here on, the first
step is taken, and the second row is there.  Where the run folder is a file system in memory (the default), saving
takes no time for a disk.  One validation vector; one thread; the clock of the wall; medians, least and most.
"""
import argparse, os, subprocess, sys, tempfile, time
from statistics import median

SETTINGS = ["problem.kind=gaussian", "network.solver=lista", "network.momentum=none", "network.selection=off",
            "weights.init=adjoint", "weights.support=all", "train.stages=one", "train.loss=final",
            "train.validation_samples=1", "train.test_samples=1", "train.samples=0", "train.epoch_steps=1",
            "train.steps=1"]


def environment():
    return {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}


def rows(path):
    try:
        with open(path) as f:
            return f.read().count("\n")
    except FileNotFoundError:
        return 0


def times(program, folder, words):
    """Seconds until the first and the second row of metrics."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        with open(f"{work}/c.yml", "w") as f:
            f.write("name: start\n")
        begin, at = time.perf_counter(), []
        run = subprocess.Popen([program, "train", f"{work}/c.yml", *SETTINGS, *words, "--quiet", "--save-every", "1e9",
                                "--out", f"{work}/run"], stdout=subprocess.DEVNULL, env=environment())
        while len(at) < 2:
            over = run.poll() is not None
            seen = rows(f"{work}/run/metrics.csv") - 1  # a header
            at += [time.perf_counter() - begin] * (seen - len(at))
            if over and len(at) < 2:
                sys.exit("the program ended too early")
            time.sleep(1e-4)
        run.wait()
    return at


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--folder", default="/dev/shm")
    parser.add_argument("size", nargs="*", help="m=250 n=500 depth=16 batch=64 constraint=full")
    options = parser.parse_args()
    key = {"m": "problem.m", "n": "problem.n", "depth": "network.depth", "batch": "train.batch",
           "constraint": "weights.constraint"}
    size = dict({"m": 250, "n": 500, "depth": 16, "batch": 64, "constraint": "full"},
                **dict(word.split("=", 1) for word in options.size))
    words = [f"{key[k]}={v}" for k, v in size.items()]
    all_times = [times(os.path.abspath(options.program), options.folder, words) for _ in range(options.rounds)]
    for name, t in zip(("ready to train", "first step done"), zip(*all_times)):
        print("%-16s %8.1f ms (%.1f to %.1f)" % (name, 1e3 * median(t), 1e3 * min(t), 1e3 * max(t)))


main()
