"""Puzzle 23, vectors: each thread reads four neighbours at once, adds, and writes four at once."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def add(a: Tensor[f32, N], b: Tensor[f32, N], out: Tensor[f32, N]):
    i = weft.index(out.vector(4))
    out.vector(4)[i] = a.vector(4)[i] + b.vector(4)[i]


def launch(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    add(a, b, out)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    # The last vector has two elements only.
    return np.arange(1022, dtype=np.float32), np.ones(1022, np.float32)


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a + b


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("vectors: agrees with NumPy")


if __name__ == "__main__":
    main()
