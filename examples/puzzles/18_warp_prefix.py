"""Puzzle 18, warp prefix: each warp puts its elements below the pivot first, the others after them, in their order."""

import numpy as np
import weft
from weft import Tensor, f32, i32
from weft.dims import N

PIVOT = 5.0


@weft.kernel
def partition(a: Tensor[f32, N], out: Tensor[f32, N]):
    i = weft.index(a, block=128)
    value = a[i]
    is_low = value < PIVOT and weft.in_domain()
    is_high = value >= PIVOT and weft.in_domain()
    place_low = weft.warp_scan(i32(is_low), exclusive=True)
    place_high = weft.warp_scan(i32(is_high), exclusive=True)
    low_count = weft.warp_sum(i32(is_low))
    first = i - weft.lane_id
    out[first + (place_low if is_low else low_count + place_high)] = value


def launch(a: np.ndarray, out: np.ndarray) -> None:
    partition(a, out)


def inputs() -> tuple[np.ndarray]:
    rng = np.random.default_rng(0)
    return (rng.integers(0, 10, 200).astype(np.float32),)


def reference(a: np.ndarray) -> np.ndarray:
    warps = np.split(a, range(32, len(a), 32))
    parts = [part for warp in warps for part in (warp[warp < PIVOT], warp[warp >= PIVOT])]
    return np.concatenate(parts)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("warp prefix: agrees with NumPy")


if __name__ == "__main__":
    main()
