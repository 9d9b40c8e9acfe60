"""Rules about what a kernel says: the wrong case, the nearest right ones, the fix."""

import re
import textwrap
from pathlib import Path

import weft.lint.findings
from annotations import HEADER, check, fixed, read
from weft.model.model import Model
from weft.model.project import Project
from weft.ops.dialect import DIALECT


def test_an_equation():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            "a docstring is no result"
            i = weft.index(y)
            y[i] = 0.0
            y[i] == x[i]
          # ^^^^^^^^^^^^ unused-result: nothing uses the value of `y[i] == x[i]`: did you mean `=`?
            x[i] + 1.0
          # ^^^^^^^^^^ unused-result: nothing uses the value of `x[i] + 1.0`: assign it, or drop the line
    """)


def test_results_outside_of_kernels_are_their_own():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = 0.0

        1 + 1
    """)


def test_a_shadowed_dimension():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, N]):
            i = weft.index(y)
            N = 16
          # ^ shadowed-dimension: `N` is a dimension of this kernel, and from here on something else: give this another name
            y[i] = x[N, i]
    """)


def test_a_dimension_by_its_own_name():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, N]):
            M, N = x.shape
            i = weft.index(y)
            y[i] = x[M - 1, i] + N
    """)


DOUBLE = """
    @weft.kernel
    def k(alpha: {dtype}, x: Tensor[f32, N]):
        i = weft.index(x)
        x[i] = alpha * x[i]
"""


def test_double_precision():
    check("""
        @weft.kernel
        def k(alpha: f64, x: Tensor[f32, N]):
            # ^^^^^ double-precision: `alpha` is f64, and what it meets is computed in f64 though no tensor is: declare it as `f32`
            i = weft.index(x)
            x[i] = alpha * x[i]
    """)
    after = fixed(DOUBLE.format(dtype="f64"))
    assert "alpha: f32, x" in after
    check(after)


def test_double_precision_that_is_meant():
    check("""
        @weft.kernel
        def k(alpha: f64, y: Tensor[f32, M], z: Tensor[f64, M]):
            i = weft.index(y)
            y[i] = alpha * y[i]
            z[i] = alpha

        @weft.kernel
        def sums(x: Tensor[f32, N, M], y: Tensor[f32, M]):
            i = weft.index(y)
            total = weft.f64(0)
            for j in range(N):
                total += x[j, i]
            y[i] = total
    """)


def test_a_division_in_a_loop():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N, M], y: Tensor[f32, M]):
            i = weft.index(y)
            total = 0.0
            for j in range(N * M):
                total += x[j // M, i]
              # ^^^^^^^^^^^^^^^^^^^^^ division-in-loop: `//` by `M` in each iteration of a loop: some twenty instructions or more; use two loops, count up by hand, or make the divisor a constant
            y[i] = total
    """)


def test_divisions_that_cost_little():
    check("""
        W = 7
        @weft.kernel
        def k(x: Tensor[f32, N, M], y: Tensor[f32, M]):
            i = weft.index(y)
            total = 0.0
            for j in range(N):
                total += x[j // W, i] + x[j % 4, i] + x[i // N, i]
            for j in range(4):
                total += x[j // N, i]
            y[i] = total
    """)


def test_local_memory_with_a_dynamic_index():
    check("""
        @weft.kernel
        def k(x: Tensor[i32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            table = weft.local(f32, 8)
            for j in range(8):
                table[j] = 0.0
            table[x[i]] = 1.0
          # ^^^^^^^^^^^ dynamic-local-index: `table` is indexed by a number known only when the kernel runs, so it lies in memory and not in registers: index with `weft.static_range`, or use shared memory
            y[i] = table[3]
    """)


def test_local_memory_in_registers():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            table = weft.local(f32, (2, 4))
            for j in range(2):
                for k in weft.static_range(4):
                    table[j, k] = x[i]
            y[i] = table[1, 3] + table[0, 0]
    """)


def test_an_atomic_operation_of_a_whole_warp():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], total: Tensor[f32, 1]):
            i = weft.index(x)
            weft.atomic_add(total, 0, x[i])
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ contended-atomic: all 32 threads of a warp change one element of `total`, one after another: add up in the warp or in shared memory first, and let one thread do this
    """)


def test_atomic_operations_that_meet_seldom():
    check("""
        @weft.kernel
        def k(x: Tensor[i32, N], bins: Tensor[i32, 256], total: Tensor[i32, 1]):
            i = weft.tile_index(x, 64)
            part = weft.shared(i32, 1)
            if weft.thread_idx.x == 0:
                part[0] = 0
            weft.barrier()
            weft.atomic_add(bins, x[i], 1)
            if weft.thread_idx.x == 0:
                weft.atomic_add(total, 0, part[0])
    """)


def test_a_print():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = 1.0
            print(i, y[i])
          # ^^^^^^^^^^^^^^ print-left-in: each thread prints this at every launch: drop it when the kernel works, or ignore `print-left-in` here if it is meant
            print(i)  # weft: ignore[print-left-in]
    """)


def test_a_private_function_that_nothing_names():
    check("""
        @weft.function
        def _old(x: f32) -> f32:
          # ^^^^ unused-kernel: nothing in this file names the private device function `_old`: delete it, or give it a public name
            return 2 * x

        @weft.function
        def _twice(x: f32) -> f32:
            return 2 * x

        @weft.function
        def public(x: f32) -> f32:
            return 2 * x

        @weft.kernel
        def k(x: Tensor[f32, N]):
            i = weft.index(x)
            x[i] = _twice(x[i])
    """)


def test_names_of_other_dialects():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N]):
            i = weft.index(x)
            x[i] = weft.threadIdx.x
                 # ^^^^^^^^^^^^^^ unknown-attribute: module weft has no `threadIdx`: did you mean `thread_idx`?
            weft.syncthreads()
          # ^^^^^^^^^^^^^^^^ unknown-attribute: module weft has no `syncthreads`: did you mean `barrier`?
    """)


def test_a_fault_of_a_device_function_is_told_once_at_the_fault():
    source = """
        @weft.function
        def inner(v: f32) -> f32:
            return v + nowhere
                     # ^^^^^^^ unknown-name: `nowhere` is not defined: define it before the kernel, or import it

        @weft.function
        def outer(v: f32) -> f32:
            return inner(v) * 2

        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = outer(x[i]) + inner(y[i])
    """
    assert _calls(check(source)) == ["inner(v)", "outer(x[i])", "inner(y[i])"]


def test_a_fault_that_only_some_calls_of_a_device_function_show_says_which():
    source = """
        @weft.function
        def corner(t):
            return t[0, 0]
                 # ^^^^^^^ wrong-rank: `x` has 1 axis (N,) and is given 2 indices: write `t[i]` (in the call `corner(x)`)

        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, M, N]):
            i = weft.index(x)
            x[i] = corner(y) + corner(x)
    """
    assert _calls(check(source)) == ["corner(x)"]


def test_a_fault_of_another_files_function_is_told_at_the_first_call(tmp_path: Path):
    (tmp_path / "lib.py").write_text(
        "import weft\nfrom weft import f32\n\n@weft.function\ndef half(v: f32):\n    return v / two\n"
    )
    text = HEADER + textwrap.dedent("""
        from lib import half

        @weft.kernel
        def k(x: Tensor[f32, N]):
            i = weft.index(x)
            x[i] = half(x[i]) + half(2.0)
    """)
    model = Project(DIALECT, [str(tmp_path)]).read(str(tmp_path / "k.py"), text)
    (finding,) = weft.lint.findings.check(model)
    assert finding.message == (
        "`two` is not defined: define it before the kernel, or import it (in `half` of `lib`)"
    )
    assert text[finding.span.start : finding.span.end] == "half(x[i])"
    assert _calls(model) == ["half(2.0)"]


def _calls(model: Model) -> list[str]:
    """What the one finding of a file says is called."""
    (finding,) = weft.lint.findings.check(model)
    assert {one.message for one in finding.related} == {"called here"}
    return [model.text[one.span.start : one.span.end] for one in finding.related]


def test_a_wrong_argument_for_a_function_of_the_language_is_told_in_the_users_function():
    check("""
        @weft.function
        def total(v):
            return weft.block_sum(v)
                                # ^ call-arguments: `value` of `block_sum` is a number; found Tensor f32 (N,) global: index the tensor, or pass a number (in the call `total(x)`)

        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = total(x)
    """)


def test_a_function_that_declares_a_number_is_told_where_it_is_given_something_else():
    check("""
        @weft.function
        def twice(a: f32, b: f32 = 2.0):
            return a * b

        @weft.function
        def of_any(a):
            return a * 2.0

        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = twice(x)
                       # ^ call-arguments: `a` of `twice` is f32; found Tensor f32 (N,) global: index the tensor, or pass a number
            y[i] = twice(x[i], b=f32)
                               # ^^^ call-arguments: `b` of `twice` is f32; found dtype f32: pass one
            y[i] = twice(weft.thread_idx)
                       # ^^^^^^^^^^^^^^^ call-arguments: `a` of `twice` is f32; found thread_idx (x, y, z): pass one
            y[i] = twice(x[i]) + twice(1) + of_any(x[i]) + weft.block_sum(i)
    """)


def test_methods_of_other_libraries_on_numbers():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N]):
            i = weft.index(x)
            n = x[i].to(weft.i32)
              # ^^^^^^^ unknown-attribute: f32 has no `to`: a number is converted by calling a dtype: write `weft.i32(x[i])`
            x[i] = (x[i] + 1).exp()
                 # ^^^^^^^^^^^^^^ unknown-attribute: f32 has no `exp`: a number has no members in a kernel: write `weft.exp(x[i] + 1)`
            x[i] = x[i].item()
                 # ^^^^^^^^^ unknown-attribute: f32 has no `item`: it has no members in a kernel
    """)


def test_what_is_there_instead_of_a_member():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N]):
            i = weft.index(x)
            x[i] = weft.sum(x[i])
                 # ^^^^^^^^ unknown-attribute: module weft has no `sum`: it has `block_sum`, `row_sum`, `warp_sum`; Python's own `sum` works in a kernel too
            x[i] = weft.thread_idx.w
                 # ^^^^^^^^^^^^^^^^^ unknown-attribute: thread_idx (x, y, z) has no `w`: it has `x`, `y`, `z`
    """)


def test_of_many_members_the_nearest_are_named():
    [finding] = read("import weft\nweft.cuda\n").findings
    listed = r"`clamp`, `local`, `accumulator`, `cluster_rank`, `bitcast` and \d+ more"
    assert re.fullmatch(f"module weft has no `cuda`: it has {listed}", finding.message)


def test_a_call_that_only_gives_a_value():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            total = x[i]
            weft.warp_sum(total)
          # ^^^^^^^^^^^^^^^^^^^^ unused-result: nothing uses the value of `weft.warp_sum(total)`: assign it, or drop the line
            weft.rsqrt(total)
          # ^^^^^^^^^^^^^^^^^ unused-result: nothing uses the value of `weft.rsqrt(total)`: assign it, or drop the line
            y[i] = total
    """)


def test_a_product_that_nobody_keeps():
    check("""
        @weft.kernel
        def k(a: Tensor[f16, M, K], b: Tensor[f16, K, N], c: Tensor[f32, M, N]):
            row, lane = weft.tile_index((weft.ceil_div(M, 16), 32), (1, 32))
            total = weft.accumulator(16, 16)
            both = weft.shared(f16, (2, 16, 16))
            weft.copy(both[0, :, :], a.tile((16, 16), (row, 0)))
            weft.copy(both[1, :, :], b.tile((16, 16), (0, 0)))
            weft.barrier()
            left = weft.fragment_a(both[0, :, :])
            right = weft.fragment_b(both[1, :, :])
            weft.mma(left, right, total)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unused-result: nothing uses the value of `weft.mma(left, right, total)`: assign it, or drop the line
            weft.store_fragment(c.tile((16, 16), (row, 0)), total)
    """)


def test_calls_that_do_something_besides():
    check("""
        @weft.function
        def set(x, i):
            x[i] = 1.0
            return 0

        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            weft.atomic_add(y, i, x[i])
            set(x, i)
            weft.warp_barrier()
    """)


def test_a_loop_over_the_name_of_a_dimension():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, M, N], y: Tensor[f32, N]):
            i = weft.index(y)
            total = f32(0)
            for M in range(3):
              # ^ shadowed-dimension: `M` is a dimension of this kernel, and from here on something else: give this another name
                total += x[M, i]
            y[i] = total
    """)
