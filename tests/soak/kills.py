"""A training that is killed at any moment, and again while it is resumed, ends at the same bits.

The argument: how many kills have to find a training under way; those before and after it come besides.
"""
from soak import *

settings = ["train.steps=800"]
save = ["--quiet", "--save-every", "0"]

began = time.monotonic()
succeed("train", "tiny.yml", *settings, *save, "--out", "whole")
took = time.monotonic() - began


def kill(*words):
    process = start(*words, *save)
    time.sleep(random.uniform(0, took))
    process.kill()
    Ended(process)


def is_under_way(folder):
    return is_begun(folder) and figure(folder, "steps") is None


def trial(folder):
    """How many kills found a training under way."""
    kill("train", "tiny.yml", *settings, "--out", folder)
    hits = is_under_way(folder)
    if hits and random.random() < 0.5:
        kill("resume", folder)
        hits += is_under_way(folder)
    ended = go_on(folder, *settings)
    held = ended is None or ended.code == 0
    law = "killed while training, resumed" if hits else "killed before or after, done again or finished"
    laws.check(f"{law}: the same weights, best checkpoint and metrics", held and same_run(folder, "whole"), ended)
    if ended:
        laws.check("what was half written is gone", not leftovers(folder), leftovers(folder))
    shutil.rmtree(folder)
    return hits


hits = 0
while hits < count:
    hits += trial("run")
print(f"{hits} kills found a training under way")
laws.finish()
