"""Puzzle 4, map 2D: add 10 to each element of a matrix. The last index runs along x."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N


@weft.kernel
def add_ten(a: Tensor[f32, M, N], out: Tensor[f32, M, N]):
    row, col = weft.index(out)
    out[row, col] = a[row, col] + 10


def launch(a: np.ndarray, out: np.ndarray) -> None:
    add_ten(a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.arange(4, dtype=np.float32).reshape(2, 2),)


def reference(a: np.ndarray) -> np.ndarray:
    return a + 10


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("map 2d: agrees with NumPy")


if __name__ == "__main__":
    main()
