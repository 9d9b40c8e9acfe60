"""Puzzle 7, blocks 2D: a matrix larger than a block in both directions."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N


@weft.kernel
def add_ten(a: Tensor[f32, M, N], out: Tensor[f32, M, N]):
    row, col = weft.index(out)
    out[row, col] = a[row, col] + 10


def launch(a: np.ndarray, out: np.ndarray) -> None:
    add_ten[(2, 2), (3, 3)](a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.arange(25, dtype=np.float32).reshape(5, 5),)


def reference(a: np.ndarray) -> np.ndarray:
    return a + 10


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("blocks 2d: agrees with NumPy")


if __name__ == "__main__":
    main()
