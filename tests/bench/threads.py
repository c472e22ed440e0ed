#!/usr/bin/python3
"""Training steps on several threads against one: on a quiet machine, or with a core kept busy.

    python3 tests/bench/threads.py BUILD/signroll [--case PATTERN] [--threads 2] [--busy 0] [--rounds 5]

One thread and several take turns, a process each.  A time is that on the clock of the wall from one row of
metrics to the next, over the steps between them: the mean, since what a busy machine costs is a few steps that
take long.  Nothing is learned (train.lr is as good as 0), so that no checkpoint is written in between.  A ratio
is that of a round, more than 1 where several threads are faster; the median over the rounds counts.  --busy
lets a program spin on that core meanwhile; all others run where the kernel puts them.
"""
import argparse, contextlib, csv, fnmatch, os, subprocess, sys, tempfile
from statistics import median

SIZES = {"tiny": (20, 40, 4, 16), "250x500-k16-b64": (250, 500, 16, 64), "250x500-k16-b512": (250, 500, 16, 512)}
LINKS = {"full": "full", "onebit": "onebit"}
CASES = {f"{links}-{size}": (constraint, *numbers)
         for links, constraint in LINKS.items() for size, numbers in SIZES.items()}


def settings(case):
    constraint, m, n, depth, batch = CASES[case]
    return ["problem.kind=gaussian", f"problem.m={m}", f"problem.n={n}", "network.solver=lista",
            f"network.depth={depth}", "network.momentum=none", "network.selection=off", "weights.init=adjoint",
            f"weights.constraint={constraint}", "weights.support=all", f"train.batch={batch}", "train.stages=one",
            "train.loss=final", "train.lr=1e-12", "train.lr_scalars=1e-12", "train.validation_samples=1",
            "train.test_samples=1", "train.samples=0"]


def environment():
    return {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}


def step_seconds(program, case, steps, threads):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/c.yml", "w") as f:
            f.write("name: threads\n")
        subprocess.run([program, "train", f"{folder}/c.yml", *settings(case), f"train.epoch_steps={steps}",
                        f"train.steps={2 * steps}", "--quiet", "--save-every", "1e9", "--threads", str(threads),
                        "--out", f"{folder}/run"], check=True, stdout=subprocess.DEVNULL, env=environment())
        with open(f"{folder}/run/metrics.csv") as f:
            at = [float(row["seconds"]) for row in csv.DictReader(f)]
    return (at[-1] - at[-2]) / steps


@contextlib.contextmanager
def spinning(core):
    if core is None:
        yield
        return
    spinner = subprocess.Popen(["taskset", "-c", str(core), "sh", "-c", "while :; do :; done"])
    try:
        yield
    finally:
        spinner.kill()
        spinner.wait()


def compare(program, case, options):
    steps = max(2, int(options.seconds / step_seconds(program, case, 2, 1)))
    one, several = [], []
    for _ in range(options.rounds):
        one.append(step_seconds(program, case, steps, 1))
        several.append(step_seconds(program, case, steps, options.threads))
    ratio = sorted(a / b for a, b in zip(one, several))
    print("%-24s %10.3f %10.3f  %6.2f (%.2f to %.2f)" % (case, 1e3 * median(one), 1e3 * median(several),
                                                       median(ratio), ratio[0], ratio[-1]), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--case", default="*", help="a pattern: " + ", ".join(CASES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--busy", type=int, metavar="CORE", help="a program spins there meanwhile")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="of the steps timed, on one thread")
    options = parser.parse_args()
    cases = fnmatch.filter(CASES, options.case)
    if not cases:
        sys.exit("no case is called '%s'" % options.case)
    print("%-24s %10s %10s  %s" % ("case (ms a step)", "1 thread", f"{options.threads} threads",
                                   "ratio (least, most)"))
    with spinning(options.busy):
        for case in cases:
            compare(os.path.abspath(options.program), case, options)


main()
