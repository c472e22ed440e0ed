"""SIGINT and SIGTERM stop a training within 2 s, with its state saved; a second one stops it at once.

The argument: how many of them have to find a training under way.
"""
from soak import *

try:
    import h5py
except ImportError:
    print("python3-h5py is not installed: skipped")
    sys.exit(SKIPPED)

IN_TIME, AT_ONCE = 2, 0.5
longest = {"with waits": 0, "without": 0}
STEPS, EPOCH = 800, 20
settings = [f"train.steps={STEPS}", f"train.epoch_steps={EPOCH}"]
train = ["train", "tiny.yml", *settings, "--quiet", "--out"]
began = time.monotonic()
succeed(*train, "whole")
took = time.monotonic() - began


def step_of(path):
    with h5py.File(path) as file:
        return int(file["trainer"].attrs["step"])


def steps_done(folder):
    """Of the last epoch that the metrics tell of."""
    try:
        return int(rows(folder)[-1][1])
    except (OSError, IndexError, ValueError):
        return 0


def waited(pid):
    """Seconds for which it was ready to run, and other processes had the processors."""
    return int(content(f"/proc/{pid}/schedstat").split()[1]) / 1e9


def end_by(number, process):
    """Seconds from the signal to the end, without those in which it was not let run; and how it ended."""
    began, had_waited = time.monotonic(), waited(process.pid)
    os.kill(process.pid, number)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    seconds, waits = time.monotonic() - began, waited(process.pid) - had_waited
    longest["with waits"] = max(longest["with waits"], seconds)
    longest["without"] = max(longest["without"], seconds - waits)
    return seconds - waits, Ended(process)


def interrupt(number, folder):
    process = start(*train, folder)
    time.sleep(random.uniform(0, took))
    steps = steps_done(folder)
    seconds, ended = end_by(number, process)
    laws.check("ended within 2 s", seconds < IN_TIME, f"{seconds:.2f} s")
    # Before there is anything to save, and after all is saved, the signal itself ends the program:
    # a shell sees the same status.
    code = 128 - ended.code if ended.code < 0 else ended.code
    too_late = code == 0 and steps >= STEPS - EPOCH and figure(folder, "steps") is not None
    laws.check("exit status 130 or 143, or too late", code == 128 + number or too_late, f"at step {steps}", ended)
    if ended.code > 0:
        step = int(ended.err.split("stopped after step ")[1].split()[0])
        laws.check("found while training: last.h5 is of the step where it stopped",
                   step_of(f"{folder}/last.h5") == step, ended)
    after = go_on(folder, *settings)
    laws.check("goes on", after is None or after.code == 0, after)
    laws.check("the same weights, best checkpoint and metrics", same_run(folder, "whole"), folder)
    shutil.rmtree(folder)
    return ended.code > 0


def is_pending(pid):
    with open(f"/proc/{pid}/status") as file:
        return any(line.startswith("ShdPnd") and int(line.split()[1], 16) for line in file)


def interrupt_twice(number, folder):
    """Steps that take long, so that the second signal comes before the first could be obeyed."""
    process = start("train", "tiny.yml", "problem.m=200", "problem.n=400", "train.batch=4096", "--quiet", "--out", folder)
    while not os.path.exists(f"{folder}/last.h5"):
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(number)
    while is_pending(process.pid):  # two that are pending count as one
        time.sleep(0.001)
    seconds, ended = end_by(number, process)
    laws.check("a second signal ends it at once", ended.code == -number and seconds < AT_ONCE, ended, f"{seconds:.2f} s")


found = 0
while found < count:
    found += interrupt((signal.SIGINT, signal.SIGTERM)[found % 2], "run")
for i in range(1 + count // 10):
    interrupt_twice((signal.SIGINT, signal.SIGTERM)[i % 2], f"twice{i}")
print(f"longest: {longest['without']:.2f} s, {longest['with waits']:.2f} s with the waits for a processor")
laws.finish()
