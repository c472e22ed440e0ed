"""A run that goes on has the bits of one that never stopped, for every constraint, stages and optimizer,
and from the checkpoint before where the last one is damaged.

The argument: 1 combines all of them; otherwise each is tried by itself.
"""
import itertools

from soak import *

COUNTERFEIT = b"not a checkpoint"


def choices(key):
    schema = subprocess.run([program, "config", "--schema"], capture_output=True, text=True, check=True).stdout
    line = next(line for line in schema.splitlines() if line.startswith(key + " "))
    return next(word for word in line.split() if "|" in word).split("|")


def train(folder, settings, *options):
    shutil.rmtree(folder, ignore_errors=True)
    return run("train", "tiny.yml", *settings, "--quiet", "--out", folder, *options)


def stop_and_resume(settings):
    whole = train("whole", settings)
    if whole.code == 2:  # a combination that there is not
        return False
    laws.check("trains", whole.code == 0, *settings, whole)
    for step in random.sample(range(1, 60), 2) + [30]:  # 30: where the last stage begins
        train("run", settings, "--stop-after", str(step))
        ended = run("resume", "run", "--quiet")
        laws.check("the same weights, best metric, best checkpoint and metrics",
                   ended.code == 0 and same_run("run", "whole"), *settings, step, ended)
    return True


constraints, stages, optimizers = listed("constraints"), choices("train.stages"), listed("optimizers")
usual = ("onebit", "two", "adam")
combinations = [c for c in itertools.product(constraints, stages, optimizers)
                if count == 1 or sum(a != b for a, b in zip(c, usual)) <= 1]
tried = {(c, s, o) for c, s, o in combinations
         if stop_and_resume([f"weights.constraint={c}", f"train.stages={s}", f"train.optimizer={o}"])}
for names, place in ((constraints, 0), (stages, 1), (optimizers, 2)):
    for name in names:
        laws.check("every constraint, stages and optimizer was tried", any(t[place] == name for t in tried), name)

# ---- a last.h5 that cannot be read -----------------------------------------------------------------


def spoil(path, how):
    good = content(path)
    middle = len(good) // 2
    bad = {"empty": b"", "cut": good[:middle], "longer": good + b"\0", "foreign": COUNTERFEIT,
           "flipped": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1:]}
    os.unlink(path)
    if how in bad:
        with open(path, "wb") as file:
            file.write(bad[how])


def stop():
    train("run", ["train.epoch_steps=5"], "--stop-after", "33", "--save-every", "0")


train("whole", ["train.epoch_steps=5"])
for how in ("empty", "cut", "longer", "foreign", "flipped", "missing"):
    stop()
    spoil("run/last.h5", how)
    ended = run("resume", "run", "--quiet")
    laws.check("a last.h5 that cannot be read: goes on from the one before, and says so",
               ended.code == 0 and "last.h5" in ended.err and "going on from run/previous.h5, step" in ended.err
               and same_run("run", "whole"), how, ended)
    laws.check("what was damaged is kept aside", os.path.exists("run/damaged.h5") == (how != "missing"), how)
    stop()
    spoil("run/last.h5", how)
    spoil("run/previous.h5", "cut")
    ended = run("resume", "run", "--quiet")
    laws.check("neither can be read: refused", ended.code == (6 if how == "missing" else 4), how, ended)

laws.finish()
