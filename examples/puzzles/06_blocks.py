"""Puzzle 6, blocks: more elements than threads in a block. `weft.index` counts through all blocks."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def add_ten(a: Tensor[f32, N], out: Tensor[f32, N]):
    i = weft.index(out)
    out[i] = a[i] + 10


def launch(a: np.ndarray, out: np.ndarray) -> None:
    add_ten[3, 4](a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.arange(9, dtype=np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    return a + 10


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("blocks: agrees with NumPy")


if __name__ == "__main__":
    main()
