"""When two kernels are one program: names of variables may differ, what is computed may not."""

import pytest
from ide_case import HEADER
from weft.model.ir import Kernel
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft_lsp.ide.same_program import is_same_program

LOOP = """
a = f32(0)
b = f32(1)
for row in range(M):
    a, b = b, a + x[row, i]
y[i] = a - b
"""
RENAMED = """
low = f32(0)
high = f32(1)
for row in range(M):
    low, high = high, low + x[row, i]
y[i] = low - high
"""
WHILE = """
a = x[0, i]
n = 0
while a < 1.0:
    if n > 8:
        break
    a = a * 2.0
    n += 1
y[i] = a
"""
ORDER = """
a = x[0, i]
y[i] = a * 2.0
b = y[i]
y[i] = a + b
"""
BRANCH = """
a = x[0, i]
if a < 0.0:
    a = -a
y[i] = a
"""
SHARED = """
s = weft.shared(f32, 32)
r = weft.shared(f32, 32)
s[i % 32] = x[0, i]
r[i % 32] = x[1, i]
weft.barrier()
y[i] = s[0] - r[0]
"""


def made(body: str) -> Kernel:
    lines = "".join(f"    {line}\n" for line in body.strip().split("\n"))
    header = (
        f"{HEADER}\n@weft.kernel\ndef k(x: Tensor[f32, M, N], y: Tensor[f32, N]):\n    i = weft.index(y)\n"
    )
    (found,) = (kernel for _, kernel in Project(DIALECT).read("/project/kernel.py", header + lines).kernels())
    assert found.ir is not None, found.findings
    return found.ir


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        (LOOP, "", ""),
        (LOOP, "a, b = b, a + x[row, i]", "c = a + x[row, i]\n    d = b\n    a = d\n    b = c"),
        (WHILE, "a = a * 2.0", "c = a\n    a = c * 2.0"),
        (ORDER, "b = y[i]\ny[i] = a + b", "y[i] = a + y[i]"),
        (BRANCH, "a = -a\n", "c = -a\n    a = c\n"),
        (SHARED, "s[i % 32] = x[0, i]", "at = i % 32\ns[at] = x[0, i]"),
    ],
)
def test_one_program(body: str, old: str, new: str):
    before, after = made(body), made(body.replace(old, new))
    assert is_same_program(before, after)
    assert is_same_program(after, before)


def test_names_that_a_loop_carries_may_differ():
    assert is_same_program(made(LOOP), made(RENAMED))


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        (LOOP, "y[i] = a - b", "y[i] = b - a"),
        (LOOP, "a = f32(0)", "a = f32(1)"),
        (LOOP, "a = f32(0)", "a = f32(-0.0)"),
        (LOOP, "a, b = b, a + x[row, i]", "a = b\n    b = a + x[row, i]"),
        (LOOP, "range(M)", "range(1, M)"),
        (WHILE, "n > 8", "n > 9"),
        (WHILE, "        break\n    a = a * 2.0", "        a = a * 2.0\n        break\n    a = a * 2.0"),
        (WHILE, "    a = a * 2.0\n    n += 1", "    n += 1\n    a = a * n"),
        (ORDER, "y[i] = a * 2.0\nb = y[i]", "b = y[i]\ny[i] = a * 2.0"),
        (BRANCH, "a = -a\n", "b = -a\n"),
        (BRANCH, "a < 0.0", "a <= 0.0"),
        (SHARED, "s[0] - r[0]", "r[0] - s[0]"),
        (SHARED, "weft.barrier()", "i"),
        (SHARED, "r = weft.shared(f32, 32)", "r = weft.shared(f32, 64)"),
    ],
)
def test_two_programs(body: str, old: str, new: str):
    assert old in body
    before, after = made(body), made(body.replace(old, new))
    assert not is_same_program(before, after)
    assert not is_same_program(after, before)
