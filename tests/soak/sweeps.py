"""A sweep's table is the same however many processes make it, in whatever order they end, and however
many of them are killed; what is finished is not run again."""
import re

from soak import *

with open("sweep.yml", "w") as file:
    file.write(CONFIG.replace("steps: 60", "steps: 1500").replace("epoch_steps: 20", "epoch_steps: 50")
               + "sweep:\n  weights.constraint: [full, onebit]\n  seed: [1, 2, 3]\n")
POINTS = 6


def sweep(folder, *options):
    return subprocess.Popen([program, "sweep", "sweep.yml", "--out", folder, *options], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def end(process):
    """How the sweep ended, and its table without the last column, the time."""
    out, err = process.communicate(timeout=600)
    table = [re.split(r"\s{2,}", line)[:-1] for line in out.splitlines()]
    return process.returncode, table, err


def hashes(folder):
    return {name: figure(f"{folder}/{name}", "weights_hash") for name in sorted(os.listdir(folder))
            if os.path.isdir(f"{folder}/{name}")}


def finished(folder):
    found = {}
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = f"{folder}/{name}/summary.json"
        if os.path.exists(path):
            found[path] = (os.stat(path).st_ino, os.stat(path).st_mtime_ns)
    return found


def workers(process):
    try:
        with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def place_of(pid):
    """The run folder of a worker, which its command line names last."""
    try:
        words = content(f"/proc/{pid}/cmdline").decode().split("\0")
    except OSError:
        return None
    return next((word for word in words if word.startswith("swept")), None)


def kill_workers(process, times):
    """Kills the workers of one point, so many times; returns how many it met."""
    killed, place = 0, None
    while killed < times and process.poll() is None:
        for pid in workers(process):
            of = place_of(pid)
            if of and (place is None or of == place) and is_begun(of):
                time.sleep(random.uniform(0, 0.05))
                if place_of(pid) != of:
                    continue
                os.kill(pid, signal.SIGKILL)
                place, killed = of, killed + 1
                while place_of(pid):
                    time.sleep(0.001)
                break
        time.sleep(0.001)
    return killed


code, table, err = end(sweep("whole"))
assert code == 0 and len(hashes("whole")) == POINTS, err
expected = hashes("whole")
for jobs in ("2", "4"):
    code, other, err = end(sweep("other", "-j", jobs))
    laws.check("the same table for any number of processes", code == 0 and other == table, jobs, err)
    laws.check("the same weights", hashes("other") == expected, jobs)
    shutil.rmtree("other")
for order in ((1, 2, 3), (3, 1, 2)):
    for shard in order:
        code, other, err = end(sweep("other", "--shard", f"{shard}/3"))
    laws.check("the same table in any order", code == 0 and other == table, order, err)
    before = finished("other")
    end(sweep("other", "-j", "2"))
    laws.check("what is finished is not run again", finished("other") == before, order)
    shutil.rmtree("other")

for i in range(count):
    process = sweep("swept", "-j", "2")
    killed = kill_workers(process, 1)
    code, other, err = end(process)
    laws.check("a worker that was killed is started once more", code == 0 and other == table, killed, err)
    laws.check("the same weights", hashes("swept") == expected, err)
    shutil.rmtree("swept")

    process = sweep("swept", "-j", "2")
    killed = kill_workers(process, 2)
    code, other, err = end(process)
    if killed == 2:
        laws.check("one that was killed twice is a failed point", code == 1 and "1 of 6 points failed" in err, code, err)
    before = finished("swept")
    code, other, err = end(sweep("swept"))
    laws.check("the next sweep completes it", code == 0 and other == table and hashes("swept") == expected, code, err)
    laws.check("what is finished is not run again", before.items() <= finished("swept").items(), err)
    shutil.rmtree("swept")

    process = sweep("swept", "-j", "2")
    while not finished("swept"):
        time.sleep(0.01)
    left = workers(process)
    process.kill()
    end(process)
    began = time.monotonic()
    while any(place_of(pid) for pid in left) and time.monotonic() - began < 5:
        time.sleep(0.01)
    laws.check("no worker outlives a killed sweep", not any(place_of(pid) for pid in left), left)
    before = finished("swept")
    code, other, err = end(sweep("swept", "-j", "2"))
    laws.check("a sweep that was killed is completed by the next", code == 0 and other == table, code, err)
    laws.check("what is finished is not run again", before.items() <= finished("swept").items(), err)
    shutil.rmtree("swept")
laws.finish()
