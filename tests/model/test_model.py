"""What editors ask of a Model: members, names, calls, the outline; in text that does not parse yet, too."""

import textwrap

from annotations import HEADER, read
from weft.model.describe import describe
from weft.model.model import Model
from weft.model.signature_text import signature_label


def at(source: str) -> tuple[Model, int]:
    text = HEADER + textwrap.dedent(source)
    offset = text.index("$0")
    return read(text.replace("$0", "")), offset


def members(source: str) -> dict[str, str]:
    """The members of what stands before the cursor's dot, each with what it would be."""
    model, offset = at(source)
    receiver = model.receiver_at(offset)
    assert receiver is not None
    return {
        member.symbol.name: describe(member.value) if member.value else ""
        for member in model.members(receiver.value)
    }


UNFINISHED = """
    LAYOUT = Layout((4, 8), (8, 1))

    @weft.kernel
    def k(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
        row, col = weft.tile_index(y, (16, 16))
        {line}
        y[row, col] = x[row, col]
"""


def test_members_of_a_tensor_in_an_unfinished_line():
    assert members(UNFINISHED.format(line="x.$0")) == {
        "shape": "(M, N)",
        "stride": "(x.stride[0], x.stride[1])",
        "ndim": "int = 2",
        "size": "index",
        "dtype": "dtype f32",
        "layout": "unknown",
        "tile": "",
        "vector": "",
        "T": "Tensor f32 (N, M):(x.stride[1], x.stride[0]) global",
        "permute": "",
        "reshape": "",
        "broadcast": "",
        "distribute": "",
    }


def test_members_inside_an_unclosed_call():
    assert "tile" in members(UNFINISHED.format(line="weft.minimum(row, x.$0"))


def test_members_of_an_expression():
    found = members(UNFINISHED.format(line="t = x.tile((4, 4), (row, col)).$0"))
    assert found["shape"] == "(4, 4)"


def test_members_with_a_word_begun():
    assert members(UNFINISHED.format(line="weft.thread_idx.x$0")) == {
        "x": "index",
        "y": "index",
        "z": "index",
    }


def test_members_of_a_layout_outside_of_kernels():
    found = members("layout = Layout((4, 8), (8, 1))\nlayout.$0\nprint(layout)\n")
    assert found["rank"] == "int = 2"
    assert found["shape"] == "(4, 8)"
    assert {"size", "cosize", "coalesce", "row_major"} <= set(found)
    assert not any(name.startswith("_") for name in found)


def test_members_of_the_module():
    found = members("weft.$0\n")
    assert {"index", "kernel", "Tensor", "f32", "thread_idx"} <= set(found)


def test_names_in_a_kernel():
    model, offset = at(UNFINISHED.format(line="$0"))
    names = [member.symbol.name for member in model.names_at(offset)]
    assert {"x", "y", "row", "col", "LAYOUT", "weft", "M", "range", "min"} <= set(names)


def test_names_come_after_they_are_bound():
    model, offset = at("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            $0
            i = weft.index(y)
    """)
    assert "i" not in [member.symbol.name for member in model.names_at(offset)]


def call(source: str) -> tuple[str, int]:
    model, offset = at(source)
    site = model.call_at(offset)
    assert site is not None
    return signature_label(site.signature), site.active


def test_the_call_around_the_cursor():
    label = "tile(shape: int | tuple[int, ...], index: int | tuple[int, ...]) -> Tensor"
    assert call(UNFINISHED.format(line="x.tile($0)")) == (label, 0)
    assert call(UNFINISHED.format(line="x.tile((1, 2), $0")) == (label, 1)
    assert call(UNFINISHED.format(line="x.tile(index=(1, $0")) == (label, 1)
    assert call(UNFINISHED.format(line="x.tile((1, 2), weft.minimum(3, $0")) == (
        "minimum(x: number, y: number) -> number",
        1,
    )


def test_a_launch_shows_the_kernels_signature():
    source = UNFINISHED.format(line="") + "    k[1, 256](LAYOUT, $0)\n"
    assert call(source) == ("k(x: Tensor[f32, M, N], y: Tensor[f32, M, N])", 1)


def test_outline():
    model, _ = at("""
        class Rows(weft.Dim): ...

        TILE = 16

        @weft.function
        def f(a: f32) -> f32:
            return a

        @weft.kernel
        def k(y: Tensor[f32, Rows]):
            i = weft.index(y)
            y[i] = f(1.0)

        def main():
            k($0)
    """)
    assert [(entry.name, entry.kind) for entry in model.outline] == [
        ("Rows", "dimension"),
        ("TILE", "constant"),
        ("f", "function"),
        ("k", "kernel"),
        ("main", "function"),
    ]


def definition(source: str) -> tuple[str, str]:
    """The name that a definition leads to, and the last parts of its file."""
    model, offset = at(source)
    fact = model.fact_at(offset)
    assert fact is not None and fact.symbol is not None and fact.symbol.location is not None
    location = fact.symbol.location
    assert location.path is not None
    module = model.module if location.path == model.path else model.library.module(location.path)
    assert module is not None
    return module.text[location.span.start : location.span.end], "/".join(location.path.split("/")[-2:])


def test_definitions_lead_to_the_source():
    assert definition(UNFINISHED.format(line="weft.$0barrier()")) == ("barrier", "ops/sync.py")
    assert definition(UNFINISHED.format(line="x.ti$0le((4, 4), (0, 0))")) == ("tile", "ops/tensor.py")
    assert definition(UNFINISHED.format(line="print(M$0)")) == ("M", "weft/dims.py")
    assert definition("import weft.dims as d\nprint(d.$0K)\n") == ("K", "weft/dims.py")
    assert definition("@weft.$0kernel\ndef k(): ...\n") == ("kernel", "weft/kernel.py")
    assert definition("layout = Layout(4)\nlayout.$0cosize()\n") == ("cosize", "layout/layout.py")
    assert definition("print(weft.$0thread_idx.x)\n") == ("thread_idx", "ops/geometry.py")


def test_definitions_of_locals():
    name, path = definition(UNFINISHED.format(line="first = row\n        print($0first)"))
    assert (name, path.rpartition("/")[2]) == ("first", "kernels.py")


def test_a_definition_moves_with_the_text_above_it():
    source = UNFINISHED.format(line="t = LAY$0OUT")
    model, offset = at(source)
    project_text = model.text
    moved = "# a line\n" + project_text
    fact = read(moved).fact_at(offset + len("# a line\n"))
    assert fact and fact.symbol and fact.symbol.location
    span = fact.symbol.location.span
    assert moved[span.start : span.end] == "LAYOUT"
