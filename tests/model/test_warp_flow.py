"""Operations of warps and blocks: where the lanes stay together, and what a launch must give for it."""

import pytest
from annotations import check


def test_flow_that_keeps_warps_together():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            thread = weft.thread_idx.x
            warp = thread // 32
            value = x[i]
            if warp == 0:
                value = weft.warp_sum(value)
            if thread < 64:
                value = weft.warp_max(value)
            elif thread >> 5 == 3:
                value = weft.shuffle(value, 5)
            if i < 64:
                value += weft.warp_min(value)
            for start in range(weft.warp_id, N, 8):
                value += weft.shuffle_down(value, 1)
                if weft.vote_all(value > 3):
                    break
            while weft.vote_any(value > 3):
                value -= 1
                if weft.ballot(value > 7) == 1 and weft.warp_broadcast(value) > 0:
                    weft.warp_barrier()
            y[i] = value
    """)


def test_rows_of_a_block():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
            row, col = weft.index(y)
            value = x[row, col]
            if row == 3:
                value = weft.warp_sum(value)
            if weft.thread_idx.y == 0:
                value += weft.warp_scan(value)
            y[row, col] = value
    """)


def test_results_of_blocks_are_the_same_for_all():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            value = x[i]
            while weft.block_any(value > 3):
                value -= 1
                if weft.block_sum(value) > 1000:
                    weft.barrier()
            if weft.block_max(value) > weft.block_min(value) and weft.block_broadcast(value, 3) > 0:
                value = weft.block_scan(value)
            y[i] = value
    """)


def test_lanes_that_part():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            value = x[i]
            if value > 0:
                value = weft.warp_sum(value)
                      # ^^^^^^^^^^^^^^^^^^^^ warp-operation-in-divergent-flow: not every lane of the warp reaches this operation: the condition 1 line above differs between lanes; move the operation out of the branch
            y[i] = value
    """)


@pytest.mark.parametrize(
    "condition",
    [
        "weft.lane_id < 16",
        "weft.thread_idx.x < 40",
        "weft.thread_idx.x % 2 == 0",
        "i < N - 1",
        "weft.thread_idx.x // 16 == 0",
    ],
)
def test_conditions_that_part_lanes(condition: str):
    check(f"""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            if {condition}:
                weft.warp_barrier()
              # ^^^^^^^^^^^^^^^^^^^ warp-operation-in-divergent-flow: not every lane of the warp reaches this operation: the condition 1 line above differs between lanes; move the operation out of the branch
            y[i] = 1
    """)


def test_a_loop_that_lanes_leave_apart():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            total = f32(0)
            for k in range(weft.thread_idx.x, N, 32):
                total += weft.warp_sum(x[k])
                       # ^^^^^^^^^^^^^^^^^^^ warp-operation-in-divergent-flow: not every lane of the warp reaches this operation: the condition 1 line above differs between lanes; move the operation out of the branch
            y[i] = total
    """)


def test_a_tile_whose_rows_share_warps():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
            row, col = weft.tile_index(y, (16, 16))
            value = x[row, col]
            if weft.thread_idx.y == 0:
                value = weft.warp_sum(value)
                      # ^^^^^^^^^^^^^^^^^^^^ warp-operation-in-divergent-flow: not every lane of the warp reaches this operation: the condition 1 line above differs between lanes; move the operation out of the branch
            y[row, col] = value
    """)


def test_local_memory_differs_between_threads():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            held = weft.local(f32, 2)
            held[0] = x[i]
            if held[0] > 0:
                weft.barrier()
              # ^^^^^^^^^^^^^^ barrier-in-divergent-branch: not every thread of the block reaches this barrier: the condition 1 line above differs between threads; move the barrier out of the branch
            y[i] = held[0]
    """)


def test_an_operation_of_a_block_in_a_branch():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            value = x[i]
            if weft.thread_idx.x < 16:
                value = weft.block_sum(value)
                      # ^^^^^^^^^^^^^^^^^^^^^ barrier-in-divergent-branch: not every thread of the block reaches this barrier: the condition 1 line above differs between threads; move the barrier out of the branch
            y[i] = value
    """)


def test_arguments():
    check("""
        @weft.kernel
        def k(n: i32, x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            value = weft.warp_sum(x[i], width=12)
                                            # ^^ call-arguments: `width` of `warp_sum` is 2, 4, 8, 16 or 32, known at compile time; found 12: use one of these
            value += weft.shuffle(x[i], 1, width=n)
                                               # ^ call-arguments: `width` of `shuffle` is 2, 4, 8, 16 or 32, known at compile time; found a number known only at launch: use one of these
            value += weft.warp_max(x)
                                 # ^ call-arguments: `value` of `warp_max` is a number; found Tensor f32 (N,) global: pass one
            value += weft.warp_scan(x[i], exclusive=n > 0)
                                                  # ^^^^^ static-required: `exclusive` of `warp_scan` is known at compile time: write True or False
            y[i] = value
    """)


def test_a_block_whose_warps_lie_across_rows():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            value = f32(0)
            if weft.thread_idx.x // 32 == 0:
                value = weft.warp_sum(value)
            y[weft.thread_idx.y * 64 + weft.thread_idx.x] = value

        @weft.kernel
        def numbered(y: Tensor[f32, N]):
            value = f32(0)
            if weft.warp_id == 0:
                value = weft.warp_sum(value)
            y[weft.thread_idx.y * 64 + weft.thread_idx.x] = value

        def launches(y: np.ndarray):
            k[1, 40](y)
            k[1, (64, 2)](y)
            k[1, (16, 2)](y)
               # ^^^^^^^ launch-block: `k` takes it that the lanes of a warp are neighbours along x, so block.x is a multiple of 32, or the block has one row; the block is 16 × 2 × 1: use 32 along x
            numbered[1, (16, 2)](y)
    """)
