"""Puzzle 3, guards: a block with more threads than elements.

There is no guard to write: a thread outside of the domain reads and writes nothing.
"""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def add_ten(a: Tensor[f32, N], out: Tensor[f32, N]):
    i = weft.index(out)
    out[i] = a[i] + 10


def launch(a: np.ndarray, out: np.ndarray) -> None:
    add_ten[1, 8](a, out)


def inputs() -> tuple[np.ndarray]:
    return (np.arange(5, dtype=np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    return a + 10


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("guards: agrees with NumPy")


if __name__ == "__main__":
    main()
