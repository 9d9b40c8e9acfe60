"""Declaration, type definition, implementation, and definitions from keyword arguments and across files."""

from pathlib import Path

import pytest
from ide_case import HEADER, KERNEL, files, in_kernel, read
from weft.model.facts import Location
from weft.model.model import Model
from weft_lsp.ide.declaration import declaration
from weft_lsp.ide.definition import definition
from weft_lsp.ide.implementation import implementations
from weft_lsp.ide.type_definition import type_definition


def where(model: Model, found: Location | None) -> str | None:
    """The line of a place with `>` before it; the file's name if it is another."""
    if found is None:
        return None
    text = Path(found.path).read_text(encoding="utf-8") if found.path else model.text
    start = text.rfind("\n", 0, found.span.start) + 1
    end = text.find("\n", found.span.start)
    marked = f"{text[start : found.span.start]}>{text[found.span.start : end]}".strip()
    return f"{Path(found.path).name}: {marked}" if found.path else marked


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("t = M$0", "from weft.dims import >M, N"),
        ("t = we$0ft.thread_idx", "import >weft"),
        ("t = alpha$0", "def scale(>alpha: f32, x: Tensor[f32, M, N]):"),
        ("weft.bar$0rier()", "sync.py: def >barrier() -> None:"),
    ],
)
def test_declaration(line: str, expected: str):
    model, offset = read(in_kernel(line))
    assert where(model, declaration(model, offset)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (in_kernel("t = x$0"), "tensor.py: class >Tensor(Generic[DT, *Shape]):"),
        (in_kernel("t = alpha$0"), "dtypes.py: class >f32(Scalar):"),
        (in_kernel("t = i$0"), None),
        (in_kernel("t = weft.thread_i$0dx"), "geometry.py: class >Axes:"),
        ("TILE = weft.Layout((4, 8))\nTILE$0", "layout.py: class >Layout:"),
        (in_kernel("x[i, j] = alpha") + "\n\nscale$0\n", "kernel.py: class >Kernel:"),
    ],
)
def test_type_definition(source: str, expected: str | None):
    model, offset = read(source)
    assert where(model, type_definition(model, offset)) == expected


def test_the_implementations_of_dimensions_are_those_of_the_file_and_of_the_language():
    model, offset = read("class Rows(weft.Dim$0): ...\n")
    found = [where(model, place) for place in implementations(model, offset) or ()]
    assert found[0] == "class >Rows(weft.Dim): ..."
    assert "dims.py: class >M(Dim):" in found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (in_kernel("t = weft.shared(dty$0pe=f32, layout=4)"), "memory.py: def >shared"),
        (
            in_kernel("x[i, j] = alpha") + "\n\ndef main(x):\n    scale(al$0pha=1.0, x=x)\n",
            "def scale(>alpha: f32, x: Tensor[f32, M, N]):",
        ),
        (
            in_kernel("x[i, j] = alpha") + "\n\ndef main(x):\n    scale[1, 32](x=x, al$0pha=1.0)\n",
            "def scale(>alpha: f32, x: Tensor[f32, M, N]):",
        ),
        ("def f(a): ...\nf(a$0=1)\n", None),
    ],
)
def test_from_a_keyword_argument_to_the_parameter(source: str, expected: str | None):
    model, offset = read(source)
    found = where(model, definition(model, offset))
    if expected and expected.startswith("memory.py"):
        assert found and found.startswith("memory.py") and ">dtype" in found
    else:
        assert found == expected


def test_names_of_another_file_and_of_its_imports():
    tiles = "TILE = 16\n"
    kernels = HEADER + "from tiles import TILE\n" + KERNEL + "    x[i, j] = alpha\n"
    user = "import kernels\n\ndef main(x):\n    kernels.scale(alp$0ha=1.0, x=x)\n    kernels.TILE\n"
    with files({"user.py": user, "kernels.py": kernels, "tiles.py": tiles}) as (models, offset):
        assert where(models[0], definition(models[0], offset)) == (
            "kernels.py: def scale(>alpha: f32, x: Tensor[f32, M, N]):"
        )
        scale = models[0].text.index("scale") + 2
        assert where(models[0], definition(models[0], scale)) == (
            "kernels.py: def >scale(alpha: f32, x: Tensor[f32, M, N]):"
        )
