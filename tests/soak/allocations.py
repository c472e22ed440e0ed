"""Every allocation fails once: exit status 1 and a sentence, or the same result without it; nothing leaks.

The argument is the stride: with 1 every allocation of every command fails once.
"""
from soak import *

succeed("train", "tiny.yml", "--quiet", "--out", "whole")
try:
    import h5py
except ImportError:
    print("python3-h5py is not installed: skipped")
    sys.exit(SKIPPED)
with h5py.File("data.h5", "w") as file:
    file["y"] = [[random.gauss(0, 1) for _ in range(20)] for _ in range(8)]
log = os.path.join(work, "calls")

COMMANDS = {
    "train": (["train", "tiny.yml", "train.steps=2", "train.epoch_steps=1", "--quiet", "--out", "out"], "out/best.h5"),
    "eval": (["eval", "whole/last.h5"], None),
    "infer": (["infer", "whole/last.h5", "data.h5", "-o", "out.h5"], "out.h5"),
    "export": (["export", "whole/last.h5", "-o", "out.h5"], "out.h5"),
}


def clear():
    shutil.rmtree("out", ignore_errors=True)
    if os.path.exists("out.h5"):
        os.unlink("out.h5")
    if os.path.exists(log):
        os.unlink(log)


def fail(words, at):
    """The run, how many allocations it made, and how many blocks it never gave back."""
    clear()
    ended = run(*words, env={"LD_PRELOAD": faults, "FAULT_CALL": "alloc", "FAULT_AT": str(at),
                             "FAULT_ERRNO": "12", "FAULT_LOG": log})
    calls, live = map(int, content(log).split()) if os.path.exists(log) else (0, -1)
    return ended, calls, live


for name, (words, result) in COMMANDS.items():
    ended, allocations, usual = fail(words, 0)
    assert ended.code == 0, ended
    expected = content(result) if result else None
    for at in range(1, allocations + 1, count):
        ended, _, live = fail(words, at)
        where = f"{name}, allocation {at} of {allocations}:"
        done = ended.code == 0 and (not result or content(result) == expected)
        laws.check(f"{name}: exit status 1 and a sentence, or the same result without",
                   done or (ended.code == 1 and ended.err.strip()), where, ended)
        laws.check(f"{name}: nothing leaks", live <= usual, where, f"{live} blocks, usually {usual};", ended)
laws.finish()
