"""Puzzle 11, 1D convolution: each block keeps its part of `a`, the elements after it, and all of `b` in shared memory."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

BLOCK = 32
MOST_TAPS = 8


@weft.kernel
def convolve(a: Tensor[f32, N], b: Tensor[f32, M], out: Tensor[f32, N]):
    i = weft.tile_index(out, BLOCK)
    thread = weft.thread_idx.x
    part = weft.shared(f32, BLOCK + MOST_TAPS)
    taps = weft.shared(f32, MOST_TAPS)
    part[thread] = a[i]
    if thread < MOST_TAPS:
        part[BLOCK + thread] = a[i + BLOCK]
        taps[thread] = b[thread]
    weft.barrier()
    total = f32(0)
    for k in weft.static_range(MOST_TAPS):
        total += part[thread + k] * taps[k]
    out[i] = total


def launch(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    convolve(a, b, out)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    a = np.arange(100, dtype=np.float32)
    return a, np.array([1, 2, 0, -1], np.float32)


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    ended = np.pad(a, (0, len(b) - 1))
    return np.correlate(ended, b, "valid")


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("convolution 1d: agrees with NumPy")


if __name__ == "__main__":
    main()
