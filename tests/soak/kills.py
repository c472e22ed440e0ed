"""A training that is killed at any moment, and again while it is resumed, ends at the same bits."""
from soak import *

settings = ["train.steps=400"]
train = ["train", "tiny.yml", *settings, "--quiet", "--save-every", "0", "--out"]

began = time.monotonic()
succeed(*train, "whole")
took = time.monotonic() - began


def kill_after(process, seconds):
    time.sleep(seconds)
    process.kill()
    return Ended(process)


for i in range(count):
    folder = f"run{i}"
    kill_after(start(*train, folder), random.uniform(0, took))
    law = "killed while training, " + ("then finished" if figure(folder, "steps") else
                                       "then resumed" if is_begun(folder) else "then begun again")
    if is_begun(folder) and figure(folder, "steps") is None and i % 2:
        kill_after(start("resume", folder, "--quiet", "--save-every", "0"), random.uniform(0, took / 2))
        law = "killed while training and while resuming"
    ended = go_on(folder, *settings)
    laws.check(law, ended is None or ended.code == 0, folder, ended)
    laws.check("the same weights, best checkpoint and metrics", same_run(folder, "whole"), folder)
    if ended:
        laws.check("what was half written is gone", not leftovers(folder), leftovers(folder))
    shutil.rmtree(folder, ignore_errors=True)

laws.finish()
