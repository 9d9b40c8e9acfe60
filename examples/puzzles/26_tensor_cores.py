"""Puzzle 26, tensor cores: each warp computes 16 x 16 of a product of bf16, with f32 sums."""

import ml_dtypes
import numpy as np
import weft
from weft import Tensor, bf16, f32
from weft.dims import K, M, N


@weft.kernel
def matmul(a: Tensor[bf16, M, K], b: Tensor[bf16, K, N], out: Tensor[f32, M, N]):
    row, col, _ = weft.tile_index((weft.ceil_div(M, 16), weft.ceil_div(N, 16), 32), (1, 1, 32))
    left, right = weft.shared(bf16, (16, 16)), weft.shared(bf16, (16, 16))
    total = weft.accumulator(16, 16)
    for step in range(weft.ceil_div(K, 16)):
        weft.copy_async(left, a.tile((16, 16), (row, step)))
        weft.copy_async(right, b.tile((16, 16), (step, col)))
        weft.commit_async()
        weft.wait_async()
        weft.barrier()
        total = weft.mma(weft.fragment_a(left), weft.fragment_b(right), total)
        weft.barrier()
    weft.store_fragment(out.tile((16, 16), (row, col)), total)


def launch(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    matmul(a, b, out)


def inputs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(-3, 4, (40, 24)).astype(ml_dtypes.bfloat16), rng.integers(-3, 4, (24, 33)).astype(
        ml_dtypes.bfloat16
    )


def reference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a.astype(np.float32) @ b.astype(np.float32)


def main() -> None:
    given = inputs()
    wanted = reference(*given)
    found = np.zeros_like(wanted)
    launch(*given, found)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    print("tensor_cores: agrees with NumPy")


if __name__ == "__main__":
    main()
