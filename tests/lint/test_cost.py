"""What an access costs: transactions of a warp, and turns at the banks of shared memory."""

import textwrap

import pytest
import weft.lint.findings
from annotations import HEADER, check, fixed, read
from weft.lint.block.warp import conflict_degree, fewest_sectors, sectors


def test_a_column():
    check("""
        @weft.kernel
        def transpose(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
            row, col = weft.index(x)
            y[col, row] = x[row, col]
          # ^^^^^^^^^^^ uncoalesced-access: the threads of a warp write `y` `M` × 4 bytes apart: 32 transactions of 32 bytes where 4 would do; let the last index of `y` follow `thread_idx.x`, or turn a tile in shared memory
    """)


def test_a_row_for_each_thread():
    check("""
        @weft.kernel
        def sums(x: Tensor[f16, M, N], y: Tensor[f32, M]):
            i = weft.index(y)
            total = 0.0
            for j in range(N):
                total += x[i, j]
                       # ^^^^^^^ uncoalesced-access: the threads of a warp read `x` `N` × 2 bytes apart: 32 transactions of 32 bytes where 2 would do; let the last index of `x` follow `thread_idx.x`, or turn a tile in shared memory
            y[i] = total
    """)


def test_every_fourth_element():
    check("""
        @weft.kernel
        def sums(x: Tensor[f32, M], y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = x[4 * i]
                 # ^^^^^^^^ uncoalesced-access: the threads of a warp read `x` 16 bytes apart: 16 transactions of 32 bytes where 4 would do; let the last index of `x` follow `thread_idx.x`, or turn a tile in shared memory
    """)


def test_what_is_coalesced():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], table: Tensor[i32, N], colours: Tensor[u8, N, 3], y: Tensor[f32, M, N]):
            row, col = weft.index(y)
            near = x[row, col - 1] + x[row - 1, col] + x[row, 0] + x[table[col], 5]
            grey = colours[col, 0] + colours[col, 1] + colours[col, 2]
            y[row, col] = near + grey + x[row, N - 1 - col]
    """)


COLUMN = """
    T = 32
    @weft.kernel
    def k(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
        row, col = weft.tile_index(x, (T, T))
        ty, tx = weft.thread_idx.y, weft.thread_idx.x
        tile = weft.shared(f32, {layout})
        tile[ty, tx] = x[row, col]
        weft.barrier()
        y[row, col] = tile[tx, ty]
"""


def test_a_column_of_shared_memory():
    check(
        COLUMN.format(layout="(T, T)")
        + "                    # ^^^^^^^^^^^^ bank-conflict: the threads of a warp read `tile` in 32 turns, since 32 of them want "
        "different words of one bank: pad the rows by one element\n"
    )


def test_the_rows_are_padded():
    after = fixed(COLUMN.format(layout="(T, T)"))
    assert after == textwrap.dedent(COLUMN.format(layout="weft.Layout((T, T), (T + 1, 1))"))
    check(after)


def test_the_rows_are_swizzled():
    """The second way, which takes no more memory."""
    model = read(HEADER + textwrap.dedent(COLUMN.format(layout="(T, T)")))
    (finding,) = [one for one in weft.lint.findings.check(model) if one.code == "bank-conflict"]
    assert [fix.title for fix in finding.fixes] == ["Pad the rows by one element", "Swizzle the rows"]
    (edit,) = finding.fixes[1].edits
    after = model.text[: edit.span.start] + edit.text + model.text[edit.span.end :]
    assert "tile = weft.shared(f32, (T, T), swizzle=(5, 0, 5))" in after
    assert "bank-conflict" not in {one.code for one in weft.lint.findings.check(read(after))}


def test_no_room_to_pad():
    """All of a block's memory is taken, so the rows can only be swizzled."""
    text = COLUMN.format(layout="(T, T)").replace(
        "    tile[ty",
        "    rest = weft.shared(f32, 57_088)\n        rest[tx] = x[row, col]\n        tile[ty",
        1,
    )
    found = weft.lint.findings.check(read(HEADER + textwrap.dedent(text)))
    (finding,) = [one for one in found if one.code == "bank-conflict"]
    assert finding.message.endswith("words of one bank: swizzle the rows")
    assert [fix.title for fix in finding.fixes] == ["Swizzle the rows"]


@pytest.mark.parametrize(
    ("elements", "itemsize_bytes", "degree"),
    [
        (range(32), 4, 1),
        (range(0, 64, 2), 4, 2),
        (range(0, 32 * 32, 32), 4, 32),
        (range(0, 32 * 33, 33), 4, 1),
        ([5] * 32, 4, 1),
        (range(32), 1, 1),
        (range(32), 8, 1),
        (range(0, 64, 2), 8, 2),
        (range(0, 32 * 32, 32), 2, 16),
    ],
)
def test_turns(elements: list[int], itemsize_bytes: int, degree: int):
    assert conflict_degree(list(elements), itemsize_bytes) == degree


def test_transactions():
    assert len(sectors(range(32), 4)) == fewest_sectors(range(32), 4) == 4
    assert len(sectors(range(1, 33), 4)) == 5
    assert len(sectors(range(0, 3200, 100), 4)) == 32
    assert len(sectors([7] * 32, 4)) == fewest_sectors([7] * 32, 4) == 1


def test_an_element_that_a_loop_writes_back():
    check("""
        @weft.kernel
        def matmul(a: Tensor[f32, M, K], b: Tensor[f32, K, N], c: Tensor[f32, M, N]):
            row, col = weft.index(c)
            c[row, col] = 0.0
            for k in range(K):
                c[row, col] += a[row, k] * b[k, col]
              # ^^^^^^^^^^^ redundant-access: each iteration of the loop reads this element of `c` from memory and writes it back: add up in a variable, and write once after the loop
    """)


def test_elements_that_a_loop_has_to_write():
    check("""
        @weft.kernel
        def running(x: Tensor[f32, N, M], y: Tensor[f32, N, M], last: Tensor[f32, M]):
            col = weft.index(last)
            for k in range(1, N):
                y[k, col] = y[k - 1, col] + x[k, col]
                last[col] = y[k, col]
            for k in range(3):
                last[col] += x[k, col]
    """)


def test_a_table_that_all_threads_compute():
    check("""
        @weft.kernel
        def decay(x: Tensor[f32, N, M], y: Tensor[f32, M], rate: f32):
            col = weft.index(y)
            total = 0.0
            for k in range(N):
                weight = weft.exp(-rate * k)
              # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ uniform-transcendental: every thread computes the same `exp` in each iteration of the loop: it depends on no thread and on no data; pass a table of it, or step from one value to the next
                total += x[k, col] * weight
            y[col] = total
    """)


def test_functions_of_data_and_of_threads():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N, M], y: Tensor[f32, M], rate: f32):
            col = weft.index(y)
            total = 0.0
            scale = 1.0
            if col > 3:
                scale = 2.0
            for k in range(N):
                total += weft.exp(x[k, col]) + weft.exp(rate) + weft.sin(rate * col * k)
                total += weft.cos(scale * k)
            for k in range(4):
                total += weft.exp(rate * k)
            y[col] = total
    """)


def test_vectors_of_padded_rows():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
            row, t = weft.tile_index((M, 32), (8, 32))
            tile = weft.shared(f32, (8, 33))
            tile[weft.thread_idx.y, t] = x[row, t]
            weft.barrier()
            part = tile[weft.thread_idx.y, :32].vector(4)[t % 8]
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ misaligned-vector: this vector of 4 begins at element 33 of `tile` for thread (x 0, y 1), which is no multiple of 4, so it is 4 accesses and not one: let rows and slices begin at multiples of 4
            y[row, t] = part[0] + part[3]
    """)


def test_vectors_that_are_one_access():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
            row, t = weft.tile_index((M, 32), (8, 32))
            tile = weft.shared(f32, (8, 36))
            tile[weft.thread_idx.y, t] = x[row, t]
            weft.barrier()
            part = tile[weft.thread_idx.y, :32].vector(4)[t % 8]
            y[row, t] = part[0] + part[3] + x[row, :].vector(4)[t][2]
    """)


NEIGHBOURS = """
    @weft.kernel
    def k(x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.index((N // 4,))
        for k in {range}:
            y[4 * i + k] = 2 * x[4 * i + k]
          # ^^^^^^^^^^^^ missed-vector: each thread writes 4 neighbours of `y` one at a time: take them at once, with `y.vector(4)`
                             # ^^^^^^^^^^^^ missed-vector: each thread reads 4 neighbours of `x` one at a time: take them at once, with `x.vector(4)`
"""


@pytest.mark.parametrize("over", ["range(4)", "weft.static_range(4)", "range(0, 4, 1)"])
def test_neighbours_one_at_a_time(over: str):
    check(NEIGHBOURS.replace("{range}", over))


def test_neighbours_of_a_row_with_a_fixed_length():
    check("""
        @weft.kernel
        def k(x: Tensor[f16, N, 8], y: Tensor[f32, N]):
            i = weft.index(y)
            total = f32(0)
            for k in range(8):
                total += x[i, k]
                       # ^^^^^^^ missed-vector: each thread reads 8 neighbours of `x` one at a time: take them at once, with `x.vector(8)`
            y[i] = total
    """)


@pytest.mark.parametrize(
    "body",
    [
        "y.vector(4)[i] = 2 * x.vector(4)[i]",
        # Neighbours in a row become one access without anybody's help.
        "a, b = x[4 * i], x[4 * i + 1]\n            y[2 * i] = a + b\n            y[2 * i + 1] = a - b",
        # Every thread the same elements, or its own one.
        "for k in range(4):\n                y[i] = x[k]",
        "for k in range(4):\n                y[i + k * (N // 4)] = x[i + k * (N // 4)]",
        # Neighbours that begin at no multiple of their number.
        "for k in range(3):\n                y[i] = x[3 * i + k]",
    ],
)
def test_neighbours_that_are_taken_at_once_or_cannot_be(body: str):
    source = f"""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index((N // 4,))
            {body}
    """
    codes = {one.code for one in weft.lint.findings.check(read(HEADER + textwrap.dedent(source)))}
    assert "missed-vector" not in codes
