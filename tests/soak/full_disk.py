"""A disk that is full, a limit on file sizes, and calls that fail: exit status 6, and no checkpoint lost."""
import errno
import resource

if __name__ == "__main__":
    import os
    import sys

    # Mounts of our own, which end with this process.
    if "SOAK_MOUNTS" not in os.environ:
        os.environ["SOAK_MOUNTS"] = "1"
        if os.system("unshare -rm true 2>/dev/null") == 0:
            os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])
        os.environ["SOAK_MOUNTS"] = "0"

from soak import *

SHARE = 10  # one in so many trials is a full disk, another a limit on file sizes
settings = ["train.steps=60"]
train = ["train", "tiny.yml", *settings, "--quiet", "--save-every", "0", "--out"]
resume = ["--quiet", "--save-every", "0"]
succeed(*train, "whole")
assert run(*train, "half", "--stop-after", "30").code == 130
folder = "run"


def begin(is_resumed):
    shutil.rmtree(folder, ignore_errors=True)
    if is_resumed:
        shutil.copytree("half", folder)
    return ["resume", folder, *resume] if is_resumed else [*train, folder]


def judge(what, ended, had_checkpoint):
    """Exit status 6, or 0 where the program did without what failed, and nothing is lost."""
    what = f"{what} (exit status 6)" if ended.code else f"{what}, done without"
    laws.check(what, ended.code in (0, 6) and (ended.code == 0 or ended.err.strip()), ended)
    laws.check("no temporary file", not leftovers(folder), what, leftovers(folder))
    laws.check("a checkpoint that was there still is", not had_checkpoint or is_begun(folder), what, ended)
    after = go_on(folder, *settings)
    laws.check("goes on to the same weights, best checkpoint and metrics",
               (after is None or after.code == 0) and same_run(folder, "whole"), what, ended, after)


# ---- calls that fail -------------------------------------------------------------------------------

REASONS = {"write": "ENOSPC EIO EDQUOT EFBIG", "fsync": "EIO ENOSPC", "rename": "EIO ENOSPC EACCES",
           "link": "EIO ENOSPC EPERM EMLINK", "open": "ENOSPC EMFILE EACCES", "close": "EIO ENOSPC",
           "mkdir": "ENOSPC"}


def calls_of(call, is_resumed):
    log = os.path.join(work, "calls")
    succeed(*begin(is_resumed), env={"LD_PRELOAD": faults, "FAULT_CALL": call, "FAULT_LOG": log})
    return int(content(log).split()[0])


def inject(call, at, reason, lasts, is_resumed):
    words = begin(is_resumed)
    ended = run(*words, env={"LD_PRELOAD": faults, "FAULT_CALL": call, "FAULT_AT": str(at),
                             "FAULT_ALL": str(int(lasts)), "FAULT_ERRNO": str(getattr(errno, reason))})
    judge(f"{call} fails", ended, is_resumed)


calls = {(call, is_resumed): calls_of(call, is_resumed) for call in REASONS for is_resumed in (False, True)}
places = [(call, at, is_resumed) for (call, is_resumed), n in calls.items() for at in range(1, n + 1)]
random.shuffle(places)
for i in range(count):
    call, at, is_resumed = places[i % len(places)]
    inject(call, at, random.choice(REASONS[call].split()), i % 3 == 0, is_resumed)
print(f"{count} injections into {len(places)} places")

# ---- a limit on file sizes -------------------------------------------------------------------------

for i in range(count // SHARE):
    most = random.randrange(0, 55000)
    ended = run(*begin(i % 2), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    judge("ulimit -f", ended, i % 2)

# ---- a full disk -----------------------------------------------------------------------------------


def full_disk(kilobytes, is_resumed):
    """On a file system of that size, which grows afterwards."""
    global folder
    os.makedirs("disk", exist_ok=True)
    folder = "disk/run"
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", "disk"], check=True)
    try:
        words = begin(is_resumed)
    except (shutil.Error, OSError):  # too small for the run to be resumed
        words = begin(False)
        is_resumed = False
    ended = run(*words)
    subprocess.run(["mount", "-o", "remount,size=10m", "disk"], check=True)
    judge("full disk", ended, is_resumed)
    subprocess.run(["umount", "disk"], check=True)


if os.environ["SOAK_MOUNTS"] == "1":
    for i in range(count // SHARE):
        full_disk(4 * random.randrange(1, 70), i % 2)
else:
    print("no right to mount: the full disk is left out")

laws.finish()
