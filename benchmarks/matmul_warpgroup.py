"""A matrix product in bf16 for Hopper's tensor cores: `c = a @ b`, with f32 sums.

Each block computes 256 x 128 of `c`, each of its four groups of four warps 64 x 128, with factors that all of them read from
shared memory: on compute capability 9.0 `warpgroup_mma` is `wgmma`, which loads no fragments. Three parts of 64 columns of
`a` and 64 rows of `b` are on their way while a fourth one is multiplied. `examples/matmul_bf16.py` is the same for single warps.
"""

import weft
from weft import Tensor, bf16
from weft.dims import K, M, N

ROWS, COLUMNS, DEPTH = 256, 128, 64
STAGES = 4
THREADS = 512
# Columns of `b` come in tiles of 64, one after the other, since that is how `wgmma` finds them.
B_PARTS = weft.Layout(
    (STAGES, DEPTH, (64, COLUMNS // 64)),
    (DEPTH * COLUMNS, 64, (1, DEPTH * 64)),
)


@weft.kernel
def matmul_bf16(a: Tensor[bf16, M, K], b: Tensor[bf16, K, N], c: Tensor[bf16, M, N]):
    row, col, thread = weft.tile_index(
        (weft.ceil_div(M, ROWS), weft.ceil_div(N, COLUMNS), THREADS), (1, 1, THREADS)
    )
    a_parts = weft.shared(bf16, (STAGES, ROWS, DEPTH), swizzle=(3, 3, 3))
    b_parts = weft.shared(bf16, B_PARTS, swizzle=(3, 3, 3))

    for stage in weft.static_range(STAGES - 1):
        weft.copy_async(a_parts[stage, :, :], a.tile((ROWS, DEPTH), (row, stage)))
        weft.copy_async(b_parts[stage, :, :], b.tile((DEPTH, COLUMNS), (stage, col)))
        weft.commit_async()

    total = weft.accumulator(16, COLUMNS)
    for step in range(weft.ceil_div(K, DEPTH)):
        weft.wait_async(STAGES - 2)
        weft.barrier()
        ahead = step + STAGES - 1
        weft.copy_async(a_parts[ahead % STAGES, :, :], a.tile((ROWS, DEPTH), (row, ahead)))
        weft.copy_async(b_parts[ahead % STAGES, :, :], b.tile((DEPTH, COLUMNS), (ahead, col)))
        weft.commit_async()
        own_rows = a_parts[step % STAGES, :, :].tile((64, DEPTH), (thread // 128, 0))
        total = weft.warpgroup_mma(own_rows, b_parts[step % STAGES, :, :], total)
    weft.store_fragment(c.tile((16, COLUMNS), (row * (ROWS // 16) + thread // 32, col)), total)
