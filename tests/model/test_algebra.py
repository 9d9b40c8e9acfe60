"""The layout algebra in kernels: free functions and values are evaluated when the kernel is read, from text and live."""

import numpy as np
import weft
from weft import Tensor, f32, layout
from weft.dims import N
from weft.layout import Layout, Swizzle, blocked_product, composition
from weft.model.project import Project
from weft.ops.dialect import DIALECT

TILE = blocked_product(Layout((2, 2)), Layout((2, 2)))
SWIZZLED = composition(Swizzle(1, 0, 2), Layout((2, 4)))


@weft.kernel
def sizes(out: Tensor[f32, N]):
    i = weft.index(out)
    out[i] = TILE.size() + layout.size(layout.logical_divide(Layout(24), Layout(4))) + SWIZZLED(1, 2)


def test_at_a_launch():
    out = np.zeros(3, np.float32)
    sizes(out)
    assert out.tolist() == [16 + 24 + SWIZZLED(1, 2)] * 3


def test_from_text():
    with open(__file__, encoding="utf-8") as file:
        model = Project(DIALECT).read(__file__, file.read())
    assert [finding.message for finding in model.findings] == []
    ((_, kernel),) = model.kernels()
    assert kernel.ir is not None
    assert not kernel.unknown


def test_a_wrong_call_is_a_finding():
    text = """\
import weft
from weft import Tensor, f32
from weft.dims import N
from weft.layout import Layout, composition


@weft.kernel
def k(out: Tensor[f32, N]):
    i = weft.index(out)
    out[i] = composition(Layout(4)).size()
"""
    model = Project(DIALECT).read("k.py", text)
    assert [(finding.code, finding.message.partition(":")[0]) for finding in model.findings] == [
        ("call-arguments", "`inner` is missing")
    ]
