"""A matrix product in bf16 on tensor cores: `c = a @ b`, with f32 sums.

Each block computes 64 x 64 of `c`, each of its four warps 32 x 32. While the warps multiply one part of 32 columns of `a`
and 32 rows of `b`, the next part is on its way to shared memory.
"""

import ml_dtypes
import numpy as np
import weft
from weft import Tensor, bf16
from weft.dims import K, M, N

TILE = 64
DEPTH = 32
WARP = 32
THREADS = 128


@weft.kernel
def matmul_bf16(a: Tensor[bf16, M, K], b: Tensor[bf16, K, N], c: Tensor[bf16, M, N]):
    row, col, thread = weft.tile_index(
        (weft.ceil_div(M, TILE), weft.ceil_div(N, TILE), THREADS), (1, 1, THREADS)
    )
    # Swizzled, so that the eight rows that a matrix instruction reads at once lie in different banks.
    a_parts = weft.shared(bf16, (2, TILE, DEPTH), swizzle=(2, 3, 3))
    b_parts = weft.shared(bf16, (2, DEPTH, TILE), swizzle=(3, 3, 3))
    warp_row, warp_col = thread // 32 // 2, thread // 32 % 2

    weft.copy_async(a_parts[0, :, :], a.tile((TILE, DEPTH), (row, 0)))
    weft.copy_async(b_parts[0, :, :], b.tile((DEPTH, TILE), (0, col)))
    weft.commit_async()

    total = weft.accumulator(WARP, WARP)
    for step in range(weft.ceil_div(K, DEPTH)):
        weft.wait_async()
        weft.barrier()
        ahead = step + 1
        weft.copy_async(a_parts[ahead % 2, :, :], a.tile((TILE, DEPTH), (row, ahead)))
        weft.copy_async(b_parts[ahead % 2, :, :], b.tile((DEPTH, TILE), (ahead, col)))
        weft.commit_async()
        a_part, b_part = a_parts[step % 2, :, :], b_parts[step % 2, :, :]
        for k in range(DEPTH // 16):
            left = weft.fragment_a(a_part.tile((WARP, 16), (warp_row, k)))
            right = weft.fragment_b(b_part.tile((16, WARP), (k, warp_col)))
            total = weft.mma(left, right, total)
    weft.store_fragment(c.tile((WARP, WARP), (row * 2 + warp_row, col * 2 + warp_col)), total)


def main() -> None:
    rng = np.random.default_rng(0)
    a = rng.standard_normal((256, 96)).astype(ml_dtypes.bfloat16)
    b = rng.standard_normal((96, 200)).astype(ml_dtypes.bfloat16)
    c = np.empty((256, 200), ml_dtypes.bfloat16)
    matmul_bf16(a, b, c)
    expected = a.astype(np.float32) @ b.astype(np.float32)
    difference = np.abs(c.astype(np.float32) - expected).max()
    print(f"bf16 product of {a.shape} and {b.shape}: largest difference from NumPy {difference:.2f}")
    np.testing.assert_allclose(c.astype(np.float32), expected, rtol=2e-2, atol=0.1)


if __name__ == "__main__":
    main()
