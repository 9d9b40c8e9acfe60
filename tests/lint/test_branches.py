"""Rules about branches: who returns, who waits, and which branches are none."""

from annotations import check


def test_a_return_before_a_barrier():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
            tile = weft.shared(f32, 64)
            if i >= N:
                return
            tile[weft.thread_idx.x] = x[i]
            weft.barrier()
          # ^^^^^^^^^^^^^^ return-before-barrier: threads that return 3 lines above never reach this barrier, and the others wait for them: put the work in a branch, and let every thread come here
            y[i] = tile[63 - weft.thread_idx.x]
    """)


def test_a_return_after_the_last_barrier():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
            tile = weft.shared(f32, 64)
            if i < N:
                tile[weft.thread_idx.x] = x[i]
            weft.barrier()
            if i >= N:
                return
            y[i] = tile[63 - weft.thread_idx.x]
    """)


def test_a_whole_block_that_returns():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            if weft.block_idx.x > 7:
                return
            i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
            tile = weft.shared(f32, 64)
            tile[weft.thread_idx.x] = x[i]
            weft.barrier()
            y[i] = tile[63 - weft.thread_idx.x]
    """)


def test_neighbours_on_different_sides():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            if weft.thread_idx.x % 2 == 0:
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ divergent-warp: neighbouring threads take different sides of this branch, so 8 of 8 warps run both, one after the other: let whole warps take one side
                y[i] = weft.exp(x[i])
            else:
                y[i] = weft.log(x[i])
    """)


REDUCTION = """
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, M]):
        i = weft.tile_index(x, 256)
        t = weft.thread_idx.x
        part = weft.shared(f32, 256)
        part[t] = x[i]
        weft.barrier()
        for k in range(8):
            step = {first}
            if {condition}:
                part[t] += part[t + step]
            weft.barrier()
        if t == 0:
            y[weft.block_idx.x] = part[0]
"""


def test_a_reduction_that_leaves_lanes_idle():
    before, _, after = REDUCTION.format(first="1 << k", condition="t % (2 * step) == 0").partition(
        "                part[t] +="
    )
    check(
        f"{before}          # ^^^^^^^^^^^^^^^^^^^^^^^ divergent-warp: 64 threads of 8 warps work here while their neighbours wait: "
        f"let 2 warps do it, with neighbouring threads\n                part[t] +={after}"
    )


def test_a_reduction_by_neighbours():
    check(REDUCTION.format(first="128 >> k", condition="t < step"))


def test_one_lane_of_each_warp():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, M]):
            i = weft.tile_index(x, 256)
            total = weft.warp_sum(x[i])
            if weft.lane_id == 0:
                y[i // 32] = total
    """)


def test_choosing_a_number():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            sign = 1.0
            if i % 2 == 1:
                sign = -1.0
            y[i] = sign * x[i]
    """)


def test_branches_that_are_none():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            if t >= 64:
             # ^^^^^^^ dead-branch: `t >= 64` is true for no thread, so this branch never runs: correct the condition, or drop the branch
                y[i] = 1.0
            if weft.thread_idx.y == 0:
             # ^^^^^^^^^^^^^^^^^^^^^^ dead-branch: `weft.thread_idx.y == 0` is true for every thread that comes here: drop the condition
                y[i] = x[i]

        @weft.kernel
        def guarded(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            if i >= N:
             # ^^^^^^ dead-branch: `i >= N` is true for no thread that comes here, so none returns: drop the guard
                return
            y[i] = x[i]
    """)


def test_branches_that_are_some():
    check("""
        T = 64
        DEBUG = False

        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N], z: Tensor[f32, M]):
            i = weft.tile_index(y, T)
            t = weft.thread_idx.x
            if DEBUG:
                y[i] = 2.0
            if i < N and t < 63:
                y[i] = 1.0
            if i < M:
                z[i] = x[i]
            for k in weft.static_range(4):
                if k > t:
                    y[i] = x[i]
    """)


def test_what_is_never_negative_whatever_the_sizes():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            if i < 0:
             # ^^^^^ dead-branch: `i < 0` is true for no thread, so this branch never runs: correct the condition, or drop the branch
                y[i] = 0.0
            for k in range(N):
                if k >= 0:
                 # ^^^^^^ dead-branch: `k >= 0` is true for every thread that comes here: drop the condition
                    y[i] += x[k]
            if weft.block_idx.x < 0 or N < 0:
             # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ dead-branch: `weft.block_idx.x < 0 or N < 0` is true for no thread, so this branch never runs: correct the condition, or drop the branch
                y[i] = 1.0
    """)


def test_what_may_be_negative_or_zero():
    check("""
        @weft.kernel
        def k(n: i32, x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            if i > 0 and i - 1 >= 0 and N > 0:
                y[i] = x[i - 1]
            if n >= 0 and i < N:
                y[i] = x.stride[0] * 1.0
            if x.stride[0] < 0:
                y[i] = 2.0
    """)
