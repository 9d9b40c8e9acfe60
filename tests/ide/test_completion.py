"""Completion: the value's own members after a dot; in kernels, also the names in scope."""

import pytest
from ide_case import in_kernel, read
from inline_snapshot import snapshot
from weft_lsp.ide.completion import completions, documentation


def check(source: str, expected: list[str] | None) -> None:
    """Each completion at the mark, as `name: detail`."""
    model, offset = read(source)
    found = completions(model, offset)
    assert (None if found is None else [f"{each.name}: {each.detail}" for each in found]) == expected


def names(source: str) -> list[str] | None:
    model, offset = read(source)
    found = completions(model, offset)
    return None if found is None else [each.name for each in found]


def test_the_members_of_a_tensor():
    check(
        in_kernel("x.$0"),
        snapshot(
            [
                "shape: (index, index)",
                "stride: (index, index)",
                "ndim: int = 2",
                "size: index",
                "dtype: dtype f32",
                "layout: ",
                "tile: tile(shape: int | tuple[int, ...], index: int | tuple[int, ...]) -> Tensor",
            ]
        ),
    )


def test_the_members_of_a_shared_tile():
    check(
        in_kernel("t = weft.shared(f32, (16, 17))\n    t.$0"),
        snapshot(
            [
                "shape: (16, 17)",
                "stride: (17, 1)",
                "ndim: int = 2",
                "size: int = 272",
                "dtype: dtype f32",
                "layout: Layout (16, 17):(17, 1)",
                "tile: tile(shape: int | tuple[int, ...], index: int | tuple[int, ...]) -> Tensor",
            ]
        ),
    )


def test_the_members_of_a_layout():
    check(
        "TILE = weft.Layout((4, 8))\nTILE.$0",
        snapshot(
            [
                "shape: (4, 8)",
                "stride: (1, 4)",
                "column_major: column_major(shape: IntTuple) -> Layout",
                "row_major: row_major(shape: IntTuple) -> Layout",
                "rank: int = 2",
                "depth: int = 1",
                "size: size() -> int",
                "cosize: cosize() -> int",
                "coalesce: coalesce() -> Layout",
            ]
        ),
    )


def test_the_axes_of_the_geometry():
    check(in_kernel("t = weft.thread_idx.$0"), ["x: index", "y: index", "z: index"])


@pytest.mark.parametrize(
    "line",
    [
        "x.ti$0",
        "t = x.$0",
        "t = x.$0\n    u = 3",
        "if x.$0",
        "t = (x.$0",
        "weft.maximum(x.$0, 1)",
    ],
)
def test_code_that_does_not_parse_yet(line: str):
    members = names(in_kernel(line))
    assert members and "shape" in members and "alpha" not in members


@pytest.mark.parametrize(
    "line",
    [
        "t = [x.$0",
        "if x.$0:",
        "for q in range(x.$0):",
        "assert x.$0",
        "t = i if x.$0",
        "lambda: x.$0",
        "with x.$0",
    ],
)
def test_code_that_no_kernel_may_have_or_that_is_begun(line: str):
    members = names(in_kernel(line))
    assert members and "shape" in members and "alpha" not in members


def test_the_module_of_the_language_has_no_private_names():
    members = names("weft.$0")
    assert members and {"barrier", "f32", "kernel", "Layout", "Dim"} < set(members)
    assert not any(name.startswith("_") for name in members)


def test_names_in_scope():
    found = names(in_kernel("t = al$0"))
    assert found and found[:4] == ["alpha", "x", "i", "j"]
    assert {"weft", "f32", "M", "range"} < set(found)


@pytest.mark.parametrize(
    "line",
    [
        "# x.$0",
        "'x.$0'",
        '"""x.$0',
        "'x.$0",
        "t = 1.$0",
        "t = 16$0",
        "for $0",
        "import $0",
        "from weft import $0",
        "unknown.$0",
    ],
)
def test_nothing_is_completed(line: str):
    assert not names(in_kernel(line))


@pytest.mark.parametrize(
    "line", ["$0", "al$0", "x = 1\nx.$0", "import numpy as np\nnp.$0", "def k($0", "import $0", "class $0"]
)
def test_other_python_is_another_servers(line: str):
    assert not names(line)


def test_documentation_is_made_on_demand():
    model, offset = read(in_kernel("weft.$0"))
    (barrier,) = [each for each in completions(model, offset) or () if each.name == "barrier"]
    assert documentation(barrier) == snapshot("""\
```python
barrier()
```
Wait until every thread of the block is here; what was written to shared memory before is visible after.

Wrong: where only some threads of the block come [barrier-in-divergent-branch].

Source: PTX ISA, `bar.sync`; CUDA's `__syncthreads()`.\
""")
