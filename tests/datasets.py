"""Writes data files, right and wrong, into the current folder, for the tests of the program."""
import h5py
import numpy as np

random = np.random.default_rng(1)
A = random.standard_normal((20, 40))
A = (A / np.linalg.norm(A, axis=0)).astype("f4").astype("f8")
x = random.standard_normal((64, 40)) * (random.random((64, 40)) < 0.1)
x = x.astype("f4").astype("f8")
y = x @ A.T


def spoilt(a, at):
    a = a.copy()
    a[at] = np.nan
    return a


def write(name, **datasets):
    with h5py.File(name + ".h5", "w") as file:
        for key, value in datasets.items():
            file[key] = value


write("full", A=A, x=x, y=y)
write("without_y", A=A, x=x)
write("with_train", A=A, x=x, train_x=random.standard_normal((48, 40)) * (x[:48] != 0))
write("only_A", A=A)
write("single", A=A.astype("<f4"), x=x.astype(">f4"))

write("short_x", A=A, x=x[:, :39])
write("few_y", A=A, x=x, y=y[:10])
write("nan_A", A=spoilt(A, (3, 5)), x=x)
write("nan_y", A=A, x=x, y=spoilt(y, (7, 2)))
write("vector_A", A=A[0], x=x)
write("integer_A", A=(A > 0).astype("i4"), x=x)
write("zero_A", A=0 * A, x=x)
write("without_A", x=x)
write("empty")
write("smaller", A=A[:10, :20], x=x[:, :20])
write("another_A", A=-A, x=x)
