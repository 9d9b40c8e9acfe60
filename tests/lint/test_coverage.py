"""Grids of launches in the text that leave elements over, or have blocks with nothing to do."""

from annotations import check

KERNELS = """
    @weft.kernel
    def by_hand(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
        if i < N:
            y[i] = x[i]

    @weft.kernel
    def strided(x: Tensor[f32, N], y: Tensor[f32, N]):
        first = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
        for i in range(first, N, weft.block_dim.x * weft.grid_dim.x):
            y[i] = x[i]

    @weft.kernel
    def pairs(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
        y[2 * i] = x[2 * i]

    @weft.kernel
    def image(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
        col = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
        row = weft.block_idx.y * weft.block_dim.y + weft.thread_idx.y
        if row < M and col < N:
            y[row, col] = x[row, col]

    @weft.kernel
    def domain(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
        row, col = weft.index(y)
        y[row, col] = x[row, col]

    line = np.zeros(1000, np.float32)
    grey = np.zeros((100, 200), np.float32)
"""


def test_grids_that_are_too_small():
    check(f"""{KERNELS}
    by_hand[3, 256](line, line)
          # ^ uncovered-elements: 3 × 256 = 768 threads along x are fewer than the 1,000 of `y`: the last 232 are left out; use 4 blocks of 256
    image[(4, 13), (32, 8)](grey, grey)
        # ^^^^^^^ uncovered-elements: 4 × 32 = 128 threads along x are fewer than the 200 of `y`: the last 72 are left out; use 7 blocks of 32
    domain[(7, 12), (32, 8)](grey, grey)
         # ^^^^^^^ uncovered-elements: 12 × 8 = 96 threads along y are fewer than the 100 of the domain: the last 4 are left out; use 13 blocks of 8
    """)


def test_blocks_with_nothing_to_do():
    check(f"""{KERNELS}
    by_hand[9, 256](line, line)
          # ^ idle-blocks: `y` has 1,000 along x, so 5 of 9 blocks have nothing to do: use 4 blocks of 256
    """)


def test_grids_that_fit_and_kernels_that_go_on():
    check(f"""{KERNELS}
    by_hand[4, 256](line, line)
    strided[2, 256](line, line)
    pairs[2, 256](line, line)
    image[(7, 13), (32, 8)](grey, grey)
    domain[(7, 13), (32, 8)](grey, grey)

    def host(unknown, blocks):
        by_hand[3, 256](unknown, unknown)
        by_hand[blocks, 256](line, line)
    """)
