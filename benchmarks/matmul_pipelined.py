"""A matrix product in bf16 on tensor cores, as fast as `mma` of single warps goes: `c = a @ b`, with f32 sums.

Each block computes 256 x 128 of `c`, each of its eight warps 64 x 64. Two parts of 64 columns of `a` and 64 rows of `b` are on
their way to shared memory while a third one is multiplied, and while a warp multiplies 16 columns it loads the next 16:
its tensor cores never wait for shared memory. `examples/matmul_bf16.py` is the same without that.
"""

import weft
from weft import Tensor, bf16
from weft.dims import K, M, N

ROWS, COLUMNS, DEPTH = 256, 128, 64
STAGES = 3
WARP = 64
THREADS = 256
PARTS = DEPTH // 16
HALF = ROWS // 2


@weft.kernel
def matmul_bf16(a: Tensor[bf16, M, K], b: Tensor[bf16, K, N], c: Tensor[bf16, M, N]):
    row, col, thread = weft.tile_index(
        (weft.ceil_div(M, ROWS), weft.ceil_div(N, COLUMNS), THREADS), (1, 1, THREADS)
    )
    # Swizzled, so that the eight rows that a matrix instruction reads at once lie in different banks.
    a_parts = weft.shared(bf16, (STAGES, ROWS, DEPTH), swizzle=(3, 3, 3))
    b_parts = weft.shared(bf16, (STAGES, DEPTH, COLUMNS), swizzle=(3, 3, 4))
    warp_row, warp_col = thread // 32 // 2, thread // 32 % 2

    for stage in weft.static_range(STAGES - 1):
        weft.copy_async(a_parts[stage, :, :], a.tile((ROWS, DEPTH), (row, stage)))
        weft.copy_async(b_parts[stage, :, :], b.tile((DEPTH, COLUMNS), (stage, col)))
        weft.commit_async()
    weft.wait_async(STAGES - 2)
    weft.barrier()
    left = weft.fragment_a(a_parts[0, :, :].tile((WARP, 16), (warp_row, 0)))
    right = weft.fragment_b(b_parts[0, :, :].tile((16, WARP), (0, warp_col)))

    total = weft.accumulator(WARP, WARP)
    for step in range(weft.ceil_div(K, DEPTH)):
        ahead = step + STAGES - 1
        a_ahead, b_ahead = a_parts[ahead % STAGES, :, :], b_parts[ahead % STAGES, :, :]
        for k in weft.static_range(PARTS):
            if k == PARTS - 1:
                weft.wait_async(STAGES - 2)
                weft.barrier()
            stage = (step + (k + 1) // PARTS) % STAGES
            next_left = weft.fragment_a(a_parts[stage, :, :].tile((WARP, 16), (warp_row, (k + 1) % PARTS)))
            next_right = weft.fragment_b(b_parts[stage, :, :].tile((16, WARP), ((k + 1) % PARTS, warp_col)))
            # The copies lie between the products, so that no warp stops for all of them.
            if k == 0:
                weft.copy_async(a_ahead.tile((HALF, DEPTH), (0, 0)), a.tile((HALF, DEPTH), (row * 2, ahead)))
            if k == 1:
                weft.copy_async(
                    a_ahead.tile((HALF, DEPTH), (1, 0)), a.tile((HALF, DEPTH), (row * 2 + 1, ahead))
                )
            if k == 2:
                weft.copy_async(b_ahead, b.tile((DEPTH, COLUMNS), (ahead, col)))
                weft.commit_async()
            total = weft.mma(left, right, total)
            left, right = next_left, next_right
    weft.store_fragment(c.tile((WARP, WARP), (row * 4 + warp_row, col * 2 + warp_col)), total)
