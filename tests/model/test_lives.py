"""Names for the lives of variables, and what follows for who differs from whom."""

import textwrap

from annotations import HEADER, check, read
from weft.model.ir import Assign, assigned, walk
from weft.model.lives import by_lives


def names(body: str) -> list[str]:
    """What the assignments of a kernel are called, in order."""
    source = "@weft.kernel\ndef k(x: Tensor[f32, N], y: Tensor[f32, N]):\n    i = weft.index(y)\n"
    text = HEADER + source + textwrap.indent(textwrap.dedent(body), "    ") + "    y[i] = v\n"
    ((_, kernel),) = read(text).kernels()
    assert kernel.ir is not None, kernel.findings
    made = by_lives(kernel.ir)
    assert [one.span for one in walk(made.body)] == [one.span for one in walk(kernel.ir.body)]
    found = [variable.name for one in walk(made.body) for variable in assigned(one)]
    return [name for name in found if name.partition("'")[0] == "v"]


def test_each_number_has_its_name():
    assert names("""
        v = x[i]
        v = weft.exp(v)
        v = v * v
    """) == ["v", "v'2", "v'3"]


def test_what_meets_after_a_branch_is_one():
    assert names("""
        v = x[i]
        v = v + 1
        if v > 3:
            v = v * x[i]
        v += x[0]
    """) == ["v", "v'2", "v'2", "v'3"]


def test_what_a_loop_carries_is_one():
    assert names("""
        v = x[i]
        v = v + 1
        for k in range(N):
            v += x[k]
        v = v / 2
    """) == ["v", "v'2", "v'2", "v'3"]


def test_what_a_loop_makes_anew_is_its_own():
    assert names("""
        v = x[i]
        for k in range(N):
            v = x[k]
            v = v * 2
            y[i] = v
        v = x[0]
    """) == ["v", "v'2", "v'3", "v'4"]


def test_a_loop_that_is_left_keeps_what_it_made():
    assert names("""
        v = x[i]
        for k in range(N):
            v = x[k]
            if k > 3:
                break
            v = v * 2
        v = v + 1
    """) == ["v", "v", "v", "v'2"]


def test_the_names_of_the_text_stay_where_there_is_one_life():
    text = HEADER + textwrap.dedent("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            total = 0.0
            for k in range(4):
                total += x[k]
            y[i] = total
    """)
    ((_, kernel),) = read(text).kernels()
    assert kernel.ir is not None
    assert by_lives(kernel.ir) == kernel.ir
    assert any(isinstance(one, Assign) for one in walk(kernel.ir.body))


def test_a_name_that_is_given_the_sum_of_the_block():
    """Before, it differed from thread to thread; after, it does not."""
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, M]):
            i = weft.tile_index(x, 128)
            total = x[i]
            total = weft.block_sum(total)
            if total > 0:
                total = weft.block_max(total + weft.thread_idx.x)
            y[weft.block_idx.x] = total
    """)


def test_a_name_that_differs_again():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(x, 128)
            total = weft.block_sum(x[i])
            total = total - x[i]
            if total > 0:
                weft.barrier()
              # ^^^^^^^^^^^^^^ barrier-in-divergent-branch: not every thread of the block reaches this barrier: the condition 1 line above differs between threads; move the barrier out of the branch
            y[i] = total
    """)
