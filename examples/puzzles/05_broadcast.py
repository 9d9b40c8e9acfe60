"""Puzzle 5, broadcast: add every element of one vector to every element of another."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N


@weft.kernel
def outer_sum(a: Tensor[f32, M], b: Tensor[f32, N], out: Tensor[f32, M, N]):
    row, col = weft.index(out)
    out[row, col] = a[row] + b[col]


def launch(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    outer_sum(a, b, out)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    return np.arange(4, dtype=np.float32), np.arange(3, dtype=np.float32)


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[:, None] + b


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("broadcast: agrees with NumPy")


if __name__ == "__main__":
    main()
