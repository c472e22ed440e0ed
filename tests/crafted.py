"""Writes HDF5 files that no honest program would, into the folder named, for tests/cli/hostile.sh."""
import os
import sys

import h5py
import numpy as np

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
A = np.random.default_rng(1).standard_normal((20, 40))


def path(name):
    return os.path.join(folder, name + ".h5")


def write(name, fill, **how):
    with h5py.File(path(name), "w", **how) as file:
        fill(file)


def each(file, make):
    for name in "A", "support":
        make(file, name)


def declared(*shape, **how):
    """A dataset of this shape, of which nothing was ever written."""
    return lambda file: each(file, lambda f, n: f.create_dataset(n, shape, "f8", **how))


def of(data, **how):
    return lambda file: each(file, lambda f, n: f.create_dataset(n, data=data, **how))


# sizes
write("huge", declared(2**31, 40, chunks=(1, 40)))
write("wraps", declared(2**32 + 20, 40, chunks=(1, 40)))
write("square", declared(2**30, 2**30, chunks=(64, 64)))
write("contiguous", declared(2**20, 2**20))
write("chunk", declared(2**16, 2**14, chunks=(2**14, 2**14)))
write("nothing", declared(0, 40, maxshape=(None, 40)))
write("null", lambda f: each(f, lambda g, n: g.create_dataset(n, data=h5py.Empty("f8"))))
write("scalar", of(3.0))
write("deep", of(np.ones((2, 2, 2, 2, 2, 2))))

# types
write("text", of("forty columns"))
write("words", of([[b"a", b"b"]]))
write("whole", of(A.astype("i8")))
write("complex", of(A.astype("c16")))
write("pairs", of(np.zeros((20, 40), [("re", "f8"), ("im", "f8")])))
write("flags", of(A > 0))
write("half", of(A.astype("f2")))
write("opaque", of(np.zeros((20, 40), "V8")))
write("ragged", lambda f: each(f, lambda g, n: g.create_dataset(n, (20, 40), h5py.vlen_dtype("f8"))))
write("references", lambda f: each(f, lambda g, n: g.create_dataset(n, (20, 40), h5py.ref_dtype)))
write("group", lambda f: each(f, lambda g, n: g.create_group(n)))
write("type", lambda f: each(f, lambda g, n: g.__setitem__(n, np.dtype("f8"))))

# elsewhere
write("elsewhere", of(A))
os.rename(path("elsewhere"), os.path.join(folder, "elsewhere.hdf"))


def link(to):
    return lambda file: each(file, lambda f, n: f.__setitem__(n, to(n)))


write("soft_link", link(lambda n: h5py.SoftLink("/B")))
write("soft_loop", link(lambda n: h5py.SoftLink("/" + n)))
write("external_link", link(lambda n: h5py.ExternalLink("elsewhere.hdf", "/" + n)))
write("external_data", lambda f: each(f, lambda g, n: g.create_dataset(
    n, (20, 40), "f8", external=[("/etc/passwd", 0, 6400)])))


def virtual(file, name):
    layout = h5py.VirtualLayout((20, 40), "f8")
    layout[:] = h5py.VirtualSource(os.path.join(folder, "elsewhere.hdf"), name, (20, 40))
    file.create_virtual_dataset(name, layout)


write("virtual", lambda f: each(f, virtual), libver="latest")


def loop(file):
    group = file.create_group("A")
    group["A"] = group["support"] = file["/"]
    file["support"] = group


write("loop", loop)

# filters and values
write("lzf", of(A, compression="lzf"))
write("scaled", of(A, scaleoffset=3))
write("infinite", of(np.full((20, 40), np.inf)))
write("denormal_nan", of(np.full((20, 40), np.frombuffer(b"\x01\0\0\0\0\0\xf0\x7f")[0])))


# bytes
def spoil(name, change, **how):
    write(name, of(A), **how)
    with open(path(name), "r+b") as file:
        change(file)


def put(at, what):
    def change(file):
        file.seek(at)
        file.write(what)
    return change


matlab = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\x02IM"
spoil("matlab_cut", lambda f: (put(0, matlab)(f), f.truncate(700)), userblock_size=512)
spoil("matlab_alone", lambda f: (put(0, matlab)(f), f.truncate(512)), userblock_size=512)
spoil("matlab_5", lambda f: (f.truncate(0), put(0, b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM")(f)))
spoil("magic_alone", lambda f: f.truncate(8))
spoil("superblock", put(8, b"\xff" * 88))
spoil("root", put(96, b"\xff" * 64))
spoil("zeros", put(96, b"\0" * 2000))
spoil("empty_file", lambda f: f.truncate(0))
