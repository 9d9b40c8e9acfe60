"""Which accesses are proved to lie inside: what a branch tests counts, also of sums, until a variable changes."""

from textwrap import dedent

from weft.model.project import Project
from weft.ops.dialect import DIALECT

HEAD = """\
import weft
from weft import Tensor, f32
from weft.dims import M, N


@weft.kernel
def k(x: Tensor[f32, N], y: Tensor[f32, M]):
    t = weft.tile_index(y, 64)
    tx = weft.thread_idx.x
    near = weft.shared(f32, 64)
    for s in range(16):
        i = t * 4 + s * 256
"""


def check(body: str):
    """Accesses of `x` and `near` with `# guard` beside them have one, and no others."""
    text = HEAD + "".join(f"        {line}\n" for line in dedent(body).strip().splitlines())
    model = Project(DIALECT).read("k.py", text)
    assert [finding.message for finding in model.findings if finding.severity == "error"] == []
    ((start, kernel),) = model.kernels()
    lines = text.splitlines()
    places = [
        (model.lines.line_of(access.span.start + start), access.is_proved) for access in kernel.accesses
    ]
    assert {lines[line] for line, is_proved in places if not is_proved} == {
        line for line in lines if line.endswith("# guard")
    }


def test_a_test_of_a_variable_with_a_definition():
    check("""
        x[i] = 0  # guard
        if i < N:
            x[i] = 1
            near[tx] = 2
    """)


def test_a_test_of_a_sum():
    check("""
        near[tx + s] = 0  # guard
        if tx + s < 64:
            near[tx + s] = 1
        if tx + s + 1 < 64:
            near[tx + s] = 2
            near[s + tx + 1] = 3
            near[tx + s + 2] = 4  # guard
    """)


def test_a_test_that_does_not_hold_any_more():
    check("""
        if i < N:
            i = i + 1
            x[i] = 1  # guard
    """)


def test_the_other_branch():
    check("""
        if i >= N:
            x[i] = 1  # guard
        else:
            x[i] = 2
    """)


def test_a_loop_changes_what_was_tested():
    check("""
        if i < N:
            for again in range(3):
                x[i] = 1  # guard
                i += again
    """)
