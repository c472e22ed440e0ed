"""What the endurance tests share: a folder to work in, runs of the program, and a count of what held.

Environment: SIGNROLL, the program; FAULTS, the library of faults.c.  Every test takes how often it is to
try as its argument, and prints one line for each law: how many of how many held.
"""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIPPED, MOST_SECONDS = 77, 600
program = os.path.abspath(os.environ["SIGNROLL"])
faults = os.path.abspath(os.environ["FAULTS"])
count = int(sys.argv[1])
random.seed(1)

# Thousands of files are synced: in memory, where there is such a place.
memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# Python's own handler would swallow what comes between fork and exec.
signal.signal(signal.SIGINT, signal.SIG_DFL)
work = tempfile.mkdtemp(prefix="signroll-soak-", dir=memory)
os.chdir(work)

CONFIG = """
name: tiny
problem: {m: 20, n: 40}
network: {depth: 3}
train: {steps: 60, batch: 16, epoch_steps: 20, test_samples: 64, validation_samples: 32}
"""
with open("tiny.yml", "w") as file:
    file.write(CONFIG)


class Laws:
    """Laws by name: how often each was tried, how often it held, and what spoke against it."""

    def __init__(self):
        self.tried, self.held, self.against = {}, {}, []

    def check(self, law, holds, *evidence):
        self.tried[law] = self.tried.get(law, 0) + 1
        self.held[law] = self.held.get(law, 0) + bool(holds)
        if not holds:
            self.against.append((law, *evidence))
        return bool(holds)

    def finish(self):
        for law, tried in self.tried.items():
            print(f"{law}: {self.held[law]} of {tried}")
        for evidence in self.against[:20]:
            print("FAULT:", *evidence)
        os.chdir("/")
        shutil.rmtree(work, ignore_errors=True)
        sys.exit(1 if self.against or not self.tried else 0)


laws = Laws()


def start(*words, env=None, **how):
    """The program, running; its standard error can be read from the object."""
    return subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            env={**os.environ, **(env or {})}, text=True, **how)


class Ended:
    def __init__(self, process):
        try:
            self.err = process.communicate(timeout=MOST_SECONDS)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        self.code = process.returncode

    def __str__(self):
        return f"exit status {self.code}: {self.err.strip()[:300]}"


def run(*words, **how):
    return Ended(start(*words, **how))


def succeed(*words, **how):
    ended = run(*words, **how)
    if ended.code:
        raise SystemExit(f"signroll {' '.join(words)}: {ended}")
    return ended


def figure(folder, key):
    """A figure of a run's summary, None where there is no summary."""
    import json

    try:
        with open(f"{folder}/summary.json") as file:
            return json.load(file)[key]
    except FileNotFoundError:
        return None


def content(path):
    with open(path, "rb") as file:
        return file.read()


def rows(folder):
    """The metrics without what a clock measures, and without flips, counted from where a session began."""
    with open(f"{folder}/metrics.csv") as file:
        return [line.split(",")[:7] for line in file]


def listed(what):
    """The names `signroll list` prints."""
    lines = subprocess.run([program, "list", what], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in lines.splitlines() if line.strip()]


def same_run(folder, whole):
    """Whether a run ended as the undisturbed one did, in weights, best checkpoint and metrics."""
    return (figure(folder, "weights_hash") == figure(whole, "weights_hash") is not None
            and figure(folder, "best_db") == figure(whole, "best_db")
            and content(f"{folder}/best.h5") == content(f"{whole}/best.h5")
            and rows(folder) == rows(whole))


def is_begun(folder):
    return any(os.path.exists(f"{folder}/{name}.h5") for name in ("last", "previous"))


def leftovers(folder):
    """Files that are there only while something is written."""
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return [name for name in names if name.endswith(".tmp") or name == "lock"]


def go_on(folder, *settings):
    """What a user does after an accident: resume, or train again where nothing had been saved yet."""
    if figure(folder, "weights_hash") is not None:
        return None
    if is_begun(folder):
        return run("resume", folder, "--quiet")
    return run("train", "tiny.yml", *settings, "--quiet", "--out", folder)
