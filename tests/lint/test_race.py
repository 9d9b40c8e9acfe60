"""Races, uninitialised reads and overlapping writes: the wrong case, the nearest right ones, the fix."""

import textwrap

import pytest
import weft.lint.findings
from annotations import HEADER, check, fixed, read
from weft.lint.block.observe import inner_block


def test_a_read_of_another_threads_element():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            tile = weft.shared(f32, 64)
            tile[t] = x[i]
            y[i] = tile[63 - t]
                 # ^^^^^^^^^^^^ race: thread 0 reads the element of `tile` that thread 63 writes 1 line above, with no barrier between: put `weft.barrier()` between the two
    """)


def test_the_barrier_is_put_between():
    source = """
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            tile = weft.shared(f32, 64)
            tile[t] = x[i]
            if t > 3:
                y[i] = tile[63 - t]
    """
    after = fixed(source)
    assert after == textwrap.dedent(source).replace("    if t >", "    weft.barrier()\n    if t >")
    check(after)


@pytest.mark.parametrize(
    "line",
    ["tile[t]", "x[i] if t > 63 else tile[t]", "tile[(t + 64) % 64]", "tile[t & 63]"],
)
def test_a_threads_own_element(line: str):
    check(f"""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            tile = weft.shared(f32, 64)
            tile[t] = x[i]
            y[i] = {line}
    """)


def test_a_barrier_between():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            tile = weft.shared(f32, 64)
            tile[t] = x[i]
            weft.barrier()
            y[i] = tile[63 - t]
    """)


def test_what_depends_on_data_is_no_race():
    check("""
        @weft.kernel
        def k(n: i32, x: Tensor[i32, N], y: Tensor[i32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            tile = weft.shared(i32, 64)
            tile[t] = x[i]
            if n == 7:
                weft.barrier()
            y[i] = tile[x[i]] + tile[63 - t]
    """)


def test_one_value_from_all_threads():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            first = weft.shared(f32, 1)
            first[0] = x[weft.block_idx.x * 64]
            y[i] = x[i] - first[0]
    """)


def test_each_thread_its_own_value_in_one_place():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            last = weft.shared(f32, 1)
            last[0] = x[i]
          # ^^^^^^^ race: thread 0 and thread 1 both write this element of `last`, and the last one wins: give each thread its own element, or let one thread write
            weft.barrier()
            y[i] = last[0]
    """)


TILED = """
    @weft.kernel
    def k(x: Tensor[f32, M, N], y: Tensor[f32, M]):
        i = weft.tile_index(y, 64)
        t = weft.thread_idx.x
        tile = weft.shared(f32, 64)
        total = 0.0
        for j in range(N // 64):
            tile[t] = x[weft.block_idx.x, j * 64 + t]
            weft.barrier()
            total += tile[63 - t]
            {line}
        y[i] = total
"""


def test_a_loop_that_comes_round_too_early():
    check(
        TILED.format(line="total += 1.0").replace(
            "            weft.barrier()",
            "          # ^^^^^^^ race-across-iterations: thread 63 writes the element of `tile` that thread 0 reads 3 lines below in the "
            "iteration before, with no barrier between: end the loop's body with `weft.barrier()`\n            weft.barrier()",
        )
    )


def test_the_barrier_is_put_at_the_end_of_the_loop():
    after = fixed(TILED.format(line="total *= 2.0"))
    assert after == textwrap.dedent(TILED.format(line="total *= 2.0\n            weft.barrier()"))
    check(after)


def test_a_loop_with_two_barriers():
    check(TILED.format(line="weft.barrier()"))


def test_a_loop_that_takes_turns():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, M]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            tile = weft.shared(f32, (2, 64))
            total = 0.0
            for j in range(N // 64):
                tile[j % 2, t] = x[weft.block_idx.x, j * 64 + t]
                weft.barrier()
                total += tile[j % 2, 63 - t]
            y[i] = total
    """)


REDUCE = """
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.tile_index(y, 128)
        t = weft.thread_idx.x
        part = weft.shared(f32, 128)
        part[t] = x[i]
        weft.barrier()
        step = 64
        while step > 0:
            if t < step:
                part[t] += part[t + step]
            {line}
            step //= 2
        y[i] = part[0]
"""


def test_a_reduction():
    check(REDUCE.format(line="weft.barrier()"))


def test_a_reduction_without_its_barrier():
    check(
        REDUCE.format(line="pass").replace(
            "            pass",
            "          #                ^^^^^^^^^^^^^^ race-across-iterations: thread 0 reads the element of `part` that thread 32 writes on this line in the "
            "iteration before, with no barrier between: end the loop's body with `weft.barrier()`\n            pass",
        )
        + "             # ^^^^^^^ race: thread 1 reads the element of `part` that thread 0 writes 4 lines above, with no barrier between: put `weft.barrier()` between the two\n"
    )


def test_a_tensor_that_is_read_where_another_thread_writes():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = y[i + 1]
          # ^^^^ race: thread 1 writes the element of `y` that thread 0 reads on this line, with no barrier between: write to another tensor, since a barrier orders the threads of one block only
    """)


def test_a_read_of_what_nothing_wrote():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            tile = weft.shared(f32, 66)
            tile[t + 1] = x[i]
            total = weft.local(f32, 2)
            total[0] = 0.0
            weft.barrier()
            total[0] += tile[t + 2]
                      # ^^^^^^^^^^^ uninitialised-read: thread 63 reads element 65 of `tile`, which no thread has written: shared memory starts undefined; write it first
            total[1] += 1.0
          # ^^^^^^^^ uninitialised-read: thread 0 reads element 1 of `total`, which no thread has written: local memory starts undefined; write it first
            y[i] = total[0]
    """)


ROTATE = """
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.{domain}
        t = weft.thread_idx.x
        tile = weft.shared(f32, 64)
        tile[t] = x[i]
        weft.barrier()
        y[i] = tile[(t + 1) % 64]
"""


def test_a_thread_outside_of_the_domain_writes_nothing():
    words = (
        "             # ^^^^^^^^^^^^^^^^^^ uninitialised-read: in the last block of a domain that no block divides, thread 4 reads element 5 of "
        "`tile`, which no thread has written: a thread outside of the domain writes nothing; take `weft.tile_index`, where every "
        "thread takes part, or write the rest too\n"
    )
    check(ROTATE.format(domain="index(y, block=64)") + words)
    check(ROTATE.format(domain="tile_index(y, 64)"))


def test_what_may_have_been_written_is_no_finding():
    check("""
        @weft.kernel
        def k(x: Tensor[i32, N], y: Tensor[i32, N]):
            i = weft.tile_index(y, 64)
            table = weft.local(i32, 8)
            other = weft.local(i32, 100)
            table[x[i]] = 1
          # ^^^^^^^^^^^ dynamic-local-index: `table` is indexed by a number known only when the kernel runs, so it lies in memory and not in registers: index with `weft.static_range`, or use shared memory
            if x[i] > 2:
                other[0] = 1
            for k in range(1, 100):
                other[k] = k
              # ^^^^^^^^ dynamic-local-index: `other` is indexed by a number known only when the kernel runs, so it lies in memory and not in registers: index with `weft.static_range`, or use shared memory
            y[i] = table[0] + other[0] + other[50]
    """)


def test_several_threads_write_one_element():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], sums: Tensor[f32, M]):
            row, col = weft.index(x)
            sums[row] = x[row, col]
          # ^^^^^^^^^ overlapping-writes: thread (x 0, y 0) and thread (x 1, y 0) write the same element of `sums`, and the last one wins: give each element one thread, or use an atomic operation
    """)


def test_several_blocks_write_one_element():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(x, 64)
            y[weft.thread_idx.x] = x[i]
          # ^^^^^^^^^^^^^^^^^^^^ overlapping-writes: thread 0 of one block and thread 0 of the next write the same element of `y`, and the last one wins: give each element one thread, or use an atomic operation
    """)


def test_one_value_in_one_element():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], any_negative: Tensor[i32, 1], y: Tensor[f32, M]):
            row, col = weft.index(x)
            if x[row, col] < 0:
                any_negative[0] = 1
            any_negative[0] = 2
            y[row] = x[row, 0]
          # ^^^^^^ overlapping-writes: thread (x 0, y 0) and thread (x 1, y 0) write the same element of `y`, and the last one wins: give each element one thread, or use an atomic operation
    """)


def test_what_a_lock_guards():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], total: Tensor[f32, 1], lock: Tensor[i32, 1]):
            i = weft.tile_index(x, 1)
            while weft.atomic_compare_exchange(lock, 0, 0, 1) != 0:
                pass
            total[0] += x[i]
            weft.atomic_exchange(lock, 0, 0)
    """)


def test_the_threads_of_a_warp_write_what_they_agree_on():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 128)
            sums = weft.shared(f32, 4)
            total = weft.warp_sum(x[i])
            sums[weft.thread_idx.x // 32] = total
            weft.barrier()
            y[i] = sums[0] + sums[1] + sums[2] + sums[3]
    """)


def test_a_barrier_of_the_warp_orders_its_threads():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 128)
            t = weft.thread_idx.x
            part = weft.shared(f32, 128)
            part[t] = x[i]
            weft.warp_barrier()
            y[i] = part[t ^ 1]
            weft.warp_barrier()
            part[t] = x[i]
            y[i] = part[t ^ 64]
                 # ^^^^^^^^^^^^ race: thread 0 reads the element of `part` that thread 64 writes 5 lines above, with no barrier between: put `weft.barrier()` between the two
    """)


BY_HAND = """
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, N]):
        t = weft.thread_idx.x
        i = weft.block_idx.x * weft.block_dim.x + t
        tile = weft.shared(f32, 64)
        if i < N:
            tile[t] = x[i]
        {line}
        if i < N:
            y[i] = tile[63 - t]

    k[4, {block}](np.zeros(256, np.float32), np.zeros(256, np.float32))
"""


def test_a_launch_in_the_text_gives_the_block():
    check(BY_HAND.format(line="weft.barrier()", block=64))
    check(
        BY_HAND.format(line="pass", block="(64,)").replace(
            "            y[i] = tile[63 - t]",
            "            y[i] = tile[63 - t]\n                 # ^^^^^^^^^^^^ race: thread 0 reads the element of `tile` that thread 63 "
            "writes 3 lines above, with no barrier between: put `weft.barrier()` between the two",
        )
    )


def test_without_a_known_block_nothing_is_said():
    check(BY_HAND.format(line="pass", block=64).partition("    k[")[0])


def test_a_run_is_short():
    model = check(TILED.format(line="weft.barrier()").replace("64", "1024"))
    for _, kernel in model.kernels():
        ran = inner_block(kernel)
        assert ran is not None and len(ran.touches) < 20


IDLE = """
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.tile_index(y, 64)
        t = weft.thread_idx.x
        tile = weft.shared(f32, 64)
        tile[t] = x[i]
        weft.barrier(){}
        total = tile[t]
        for k in range(3):
            weft.barrier()
            tile[t] = total
            weft.barrier()
            total += tile[63 - t]
        y[i] = total
"""


def test_a_barrier_that_orders_nothing():
    check(
        IDLE.format(
            "\n      # ^^^^^^^^^^^^^^ unneeded-barrier: no thread touches after this barrier what another touched before it: drop it"
        )
    )


def test_the_barrier_is_dropped():
    after = fixed(IDLE.format(""))
    assert after == textwrap.dedent(IDLE.replace("        weft.barrier(){}\n", ""))
    check(after)


def test_barriers_of_rounds_that_are_not_followed():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N], limit: i32):
            i = weft.tile_index(y, 64)
            flag = weft.shared(i32, 1)
            rounds = 0
            while True:
                weft.barrier()
                if weft.thread_idx.x == 0:
                    flag[0] = 1 if rounds >= limit else 0
                weft.barrier()
                if flag[0] == 1:
                    break
                rounds += 1
            y[i] = x[i] + rounds
    """)


def test_barriers_that_may_order_something():
    check("""
        @weft.kernel
        def k(n: i32, x: Tensor[i32, N], y: Tensor[i32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            tile = weft.shared(i32, 64)
            tile[t] = x[i]
            weft.barrier()
            total = tile[x[i]]
            weft.barrier()
            if n == 3:
                tile[t] = 5
            weft.barrier()
            y[i] = total + tile[t]
    """)


HISTOGRAM = """
    @weft.kernel
    def k(x: Tensor[i32, N], bins: Tensor[i32, 64]):
        i = weft.tile_index(x, 64)
        t = weft.thread_idx.x
        own = weft.shared(i32, 64)
        {first}
        {second}
        value = x[i]
        weft.atomic_add(own, value, 1)
        {third}
        weft.atomic_add(bins, t, own[t])
"""


def test_elements_that_depend_on_data():
    barrier = "weft.barrier()"
    check(HISTOGRAM.format(first="own[t] = 0", second=barrier, third=barrier))
    check(
        HISTOGRAM.format(first="own[t] = 0", second="pass", third=barrier).replace(
            "        weft.barrier()",
            "      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ race: this changes elements of `own` that other threads may write 3 lines above: which ones "
            "depends on data, and no barrier stands between; put `weft.barrier()` between the two\n        weft.barrier()",
        )
    )
    check(
        HISTOGRAM.format(first="own[t] = 0", second=barrier, third="pass")
        + "                               # ^^^^^^ race: this reads elements of `own` that other threads may change 2 lines above: which ones "
        "depends on data, and no barrier stands between; put `weft.barrier()` between the two\n"
    )
    for first, some in (
        ("pass", "nothing has written"),
        ("own[t // 2] = 0", "only 32 of its 64 elements are written"),
    ):
        found = weft.lint.findings.check(
            read(HEADER + textwrap.dedent(HISTOGRAM.format(first=first, second=barrier, third=barrier)))
        )
        words = [one.message for one in found if one.code == "uninitialised-read"]
        assert words == [
            f"which element of `own` this reads depends on data, and {some}: shared memory starts undefined; write all of it first"
        ]


def test_a_scatter_and_a_gather_with_barriers():
    check("""
        @weft.kernel
        def k(order: Tensor[i32, N], x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(x, 64)
            tile = weft.shared(f32, 64)
            tile[order[i] % 64] = x[i]
            weft.barrier()
            y[i] = tile[order[i] % 64]
    """)


def test_a_launch_that_leaves_the_block_to_weft_tells_it():
    check("""
        @weft.kernel
        def stencil(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            halo = weft.shared(f32, 258)
            t = weft.thread_idx.x
            halo[t + 1] = x[i]
            if t == 0:
                halo[0] = x[i - 1]
                halo[257] = x[i + 256]
            weft.barrier()
            y[i] = halo[t] + halo[t + 1] + halo[t + 2]
                                         # ^^^^^^^^^^^ uninitialised-read: in the last block of a domain that no block divides, thread 4 reads element 6 of `halo`, which no thread has written: a thread outside of the domain writes nothing; take `weft.tile_index`, where every thread takes part, or write the rest too

        @weft.kernel
        def shifted(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            row = weft.shared(f32, 257)
            row[weft.thread_idx.x] = x[i]
            y[i] = row[weft.thread_idx.x ^ 1]
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^ race: thread 0 reads the element of `row` that thread 1 writes 1 line above, with no barrier between: put `weft.barrier()` between the two
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^ uninitialised-read: in the last block of a domain that no block divides, thread 4 reads element 5 of `row`, which no thread has written: a thread outside of the domain writes nothing; take `weft.tile_index`, where every thread takes part, or write the rest too

        x, y = np.zeros(1000, np.float32), np.zeros(1000, np.float32)
        stencil(x, y)
        shifted(x, y)
    """)


GUARDED = """
    @weft.kernel
    def k(x: Tensor[i32, N], bins: Tensor[i32, 64]):
        i = weft.tile_index(x, 64)
        t = weft.thread_idx.x
        counts = weft.shared(i32, 64)
        counts[t] = 0
        weft.barrier()
        key = x[i]
        if {condition}:
            counts[key] += 1
        weft.barrier()
        weft.atomic_add(bins, t, counts[t])
"""


def test_an_update_that_only_data_guards():
    source = GUARDED.format(condition="i < N and 0 <= key < 64")
    check(
        source.replace(
            "        weft.barrier()\n        weft.atomic_add",
            "          # ^^^^^^^^^^^ race: several threads may read and write back one element of `counts` at once, which data tells, so that "
            "all but one are lost: use `weft.atomic_add`, or another atomic operation\n        weft.barrier()\n        weft.atomic_add",
        )
    )


@pytest.mark.parametrize(
    "condition",
    ["key == t", "t == 5 and key < 64", "weft.ballot(key < 64) == 1", "key % 2 == 0 and key == t"],
)
def test_an_update_that_one_thread_is_chosen_for(condition: str):
    check(GUARDED.format(condition=condition))


def test_elements_that_depend_on_data_in_one_part_of_an_array():
    check("""
        @weft.kernel
        def k(x: Tensor[i32, N], y: Tensor[i32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            both = weft.shared(i32, 128)
            both[64 + t] = 0
            weft.barrier()
            weft.atomic_add(both, 64 + x[i] % 64, 1)
            both[t] = x[i]
            weft.barrier()
            y[i] = both[t] + both[64 + t]
    """)


CLUSTER = """
    @weft.kernel
    def k(x: Tensor[i32, N], bins: Tensor[i32, K]):
        weft.cluster(4)
        i = weft.tile_index(x, 64)
        t = weft.thread_idx.x
        own = weft.shared(i32, 128)
        {first}
        weft.cluster_barrier()
        if 0 <= x[i] < 512:
            {update}
        weft.cluster_barrier()
        for bin in range(t, 128, 64):
            weft.atomic_add(bins, weft.cluster_rank * 128 + bin, own[bin])
"""
CLEARED = "own[t] = own[64 + t] = 0"
ADDED = "weft.atomic_add(own.of_block(x[i] // 128), x[i] % 128, 1)"


def test_a_histogram_of_a_cluster():
    check(CLUSTER.format(first=CLEARED, update=ADDED))


def test_a_count_of_a_cluster_that_nothing_set_to_0():
    check(
        CLUSTER.format(first="own[t] = 0", update=ADDED)
        + "                                                               # ^^^^^^^^ uninitialised-read: thread 0 reads element 64 of `own`, "
        "which no thread has written: shared memory starts undefined; write it first\n"
    )


def test_an_update_of_another_blocks_memory():
    update = "own.of_block(x[i] // 128)[x[i] % 128] += 1"
    source = CLUSTER.format(first=CLEARED, update=update)
    after = "        weft.cluster_barrier()\n        for"
    check(
        source.replace(
            after,
            "          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ race: several threads may read and write back one element of `own` at once, which data "
            f"tells, so that all but one are lost: use `weft.atomic_add`, or another atomic operation\n{after}",
        )
    )
