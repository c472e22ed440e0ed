#!/usr/bin/python3
"""signroll's training steps and estimates against PyTorch's: the same work, the same machine, one thread,
turn by turn.

    python3 tests/bench/against_torch.py BUILD/signroll [--torch torch_lista.py] [--case PATTERN] [--rounds 3]

Needs python3-torch.  torch_lista.py says what the work is; it is looked for where --torch or the environment's
TORCH_LISTA says, else at ../shared/bench/torch_lista.py beside the repository.  PyTorch is asked three
times for every way it can do a case (Adam over single tensors or lists of them; estimates traced or not, by sgemv or
sgemm) and the fastest is what signroll is compared with.  Both take turns, a process each; a ratio is that of a
round, and the median over the rounds counts, more than 1 where signroll is faster.  Both are timed by the
processor's clock, since other programs on the machine would take from the wall's.  OpenBLAS chooses its core
by itself.
"""
import argparse, fnmatch, json, os, re, subprocess, sys
from statistics import median

HERE = os.path.dirname(os.path.abspath(__file__))
BESIDE = os.path.normpath(os.path.join(HERE, "../../../shared/bench/torch_lista.py"))

# Case and the ratio to reach.
CASES = {
    "step-full-lista-250x500-k16-b64": 2.0,
    "step-full-lista-250x500-k16-b512": 1.2,
    "step-onebit-lista-250x500-k16-b64": 3.0,
    "step-onebit-lista-250x500-k16-b512": 1.0,
    "step-full-cp-250x500-k16-b64": 1.0,
    "step-onebit-cp-250x500-k16-b64": 1.0,
    "infer-full-lista-250x500-k16-b1": 1.0,
    "infer-full-lista-250x500-k16-b256": 1.0,
    "infer-onebit-lista-250x500-k16-b1": 15.0,
    "infer-onebit-lista-250x500-k16-b256": 2.5,
    "infer-full-cp-250x500-k16-b1": 1.0,
    "infer-onebit-cp-250x500-k16-b1": 6.0,
    "infer-pm1-cp-250x500-k16-b1": 10.0,
}
# With one thread what a process computes is what the call computes.
BY_PROCESSOR = ("import runpy, sys, time; time.perf_counter = time.process_time; del sys.argv[0]; "
                "runpy.run_path(sys.argv[0], run_name='__main__')")
NAME = re.compile(r"(step|infer)-(full|onebit|pm1)-(lista|cp)-(\d+)x(\d+)-k(\d+)-b(\d+)$")


def environment():
    env = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    return dict(env, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")


def ran(words):
    done = subprocess.run(words, capture_output=True, text=True, env=environment())
    if done.returncode:
        sys.exit("%s: exit status %d\n%s" % (" ".join(words), done.returncode, done.stderr))
    return done.stdout


def torch_words(case):
    kind, links, solver, m, n, depth, batch = NAME.match(case).groups()
    model = solver if links == "full" else "onebit-" + solver
    return ["--model", model, "--mode", "train" if kind == "step" else "infer", "--m", m, "--n", n,
            "--layers", depth, "--batch", batch, "--threads", "1"]


def ways(case):
    """Every way PyTorch can do the case."""
    if case.startswith("step"):
        return [["--adam", "single"], ["--adam", "foreach"]]
    by = [["--mv", "1"], ["--mv", "0"]] if case.endswith("-b1") else [[]]
    return [b + jit for b in by for jit in ([], ["--jit"])]


class Torch:
    def __init__(self, script, reps):
        self.script, self.length = script, ["--reps", str(reps), "--secs", "0.2"]

    def run(self, case, way):
        """Seconds of a call and the most memory of the process, in MB."""
        out = ran([sys.executable, "-c", BY_PROCESSOR, self.script, *torch_words(case), *way, *self.length])
        figure = dict(word.split("=", 1) for word in out.split() if "=" in word)
        self.core = figure["blas"]
        seconds = 1e-3 * float(figure["median_ms"]) if "median_ms" in figure else 1e-6 * float(figure["median_us"])
        return seconds, float(figure["maxrss_mb"]) * 1.048576

    def best_way(self, case):
        return min(ways(case), key=lambda way: min(self.run(case, way)[0] for _ in range(3)))


def signroll(program, case):
    bench = json.loads(ran([program, "bench", "--case", case, "--json"]))
    row, = bench["rows"]
    return row["median_seconds"], 1e-6 * row["peak_bytes"], bench


def compare(program, torch, case, goal, rounds):
    way = torch.best_way(case)
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(torch.run(case, way))
        ours.append(signroll(program, case))
    ratio = sorted(t[0] / o[0] for o, t in zip(ours, theirs))
    print("%-36s %10.3f %10.3f  %6.2f (%.2f to %.2f)  %5.2f %-6s  %6.0f %6.0f  %s"
          % (case, 1e3 * median(o[0] for o in ours), 1e3 * median(t[0] for t in theirs), median(ratio), ratio[0],
             ratio[-1], goal, "" if median(ratio) >= goal else "missed", max(o[1] for o in ours),
             max(t[1] for t in theirs), " ".join(way)), flush=True)
    return ours[-1][2]


def check(options):
    if not os.path.exists(options.torch):
        sys.exit("%s is not there: say with --torch or TORCH_LISTA where torch_lista.py is" % options.torch)
    if subprocess.run([sys.executable, "-c", "import torch"], capture_output=True).returncode:
        sys.exit("PyTorch is not installed for %s: apt-get install python3-torch, and use /usr/bin/python3"
                 % sys.executable)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--torch", default=os.environ.get("TORCH_LISTA", BESIDE))
    parser.add_argument("--case", default="*", help="a pattern, or any name of a step or infer case")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reps", type=int, default=5, help="groups of PyTorch's calls in a round")
    options = parser.parse_args()
    check(options)
    torch = Torch(options.torch, options.reps)
    cases = {c: g for c, g in CASES.items() if fnmatch.fnmatch(c, options.case)}
    if not cases and not NAME.match(options.case):
        sys.exit("no case is called '%s'" % options.case)
    print("%-36s %10s %10s  %-22s  %-12s  %13s  %s"
          % ("case (ms; MB)", "signroll", "PyTorch", "ratio (least, most)", " goal", "peaks", "PyTorch's way"))
    for case, goal in (cases or {options.case: 1.0}).items():
        bench = compare(os.path.abspath(options.program), torch, case, goal, options.rounds)
    print("\n%s, %s; OpenBLAS core %s (signroll), %s (PyTorch); kernels %s; one thread"
          % (bench["cpu"], bench["machine"], bench["blas_core"], torch.core, bench["isa"]))


main()
