"""One process at a time has a run folder, and none has it any more once it is killed."""
from soak import *

long = ["train", "tiny.yml", "train.steps=1000000", "train.epoch_steps=100", "--quiet", "--save-every", "0", "--out"]
short = ["train", "tiny.yml", "--quiet", "--out"]


def refused(ended, pid):
    return ended.code == 2 and f"in use by another signroll, process {pid};" in ended.err


for i in range(count):
    folder = f"run{i}"
    first = start(*long, folder)
    while not os.path.exists(f"{folder}/last.h5"):
        time.sleep(0.01)
    for words in ([*long, folder], [*long, folder, "--force"], ["resume", folder]):
        ended = run(*words)
        laws.check("a second process is refused, and told which is the first", refused(ended, first.pid), *words, ended)
    laws.check("the first goes on", first.poll() is None, folder)
    first.kill()
    Ended(first)
    again = start("resume", folder, "--quiet", "--save-every", "0")
    time.sleep(0.2)
    again.send_signal(signal.SIGINT)
    ended = Ended(again)
    laws.check("the lock of a killed process is not stale", "in use" not in ended.err, ended)
    shutil.rmtree(folder)

    racers = [start(*short, "race") for _ in range(4)]
    ends = [Ended(racer) for racer in racers]
    won = [ended for ended in ends if ended.code == 0]
    lost = [ended for ended in ends if ended.code == 2 and ("in use" in ended.err or "holds a" in ended.err)]
    laws.check("of four that start at once one trains, the others are refused", len(won) == 1 and len(lost) == 3, *ends)
    laws.check("no lock is left", not leftovers("race"), leftovers("race"))
    shutil.rmtree("race")
laws.finish()
