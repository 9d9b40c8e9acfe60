"""Puzzle 2, zip: add two vectors."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def add(a: Tensor[f32, N], b: Tensor[f32, N], out: Tensor[f32, N]):
    i = weft.index(out)
    out[i] = a[i] + b[i]


def launch(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    add(a, b, out)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    a = np.arange(4, dtype=np.float32)
    return a, 2 * a


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a + b


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("zip: agrees with NumPy")


if __name__ == "__main__":
    main()
