"""Completion: the value's own members after a dot; in kernels, also the names in scope."""

from textwrap import dedent

import pytest
from ide_case import KERNEL, in_kernel, read
from inline_snapshot import snapshot
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft_lsp.ide.auto_import import import_edit
from weft_lsp.ide.completion import completions, documentation, leaves_names, names_to_import


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
                "shape: (M, N)",
                "stride: (x.stride[0], x.stride[1])",
                "ndim: int = 2",
                "size: index = M * N",
                "dtype: dtype f32",
                "layout: Layout",
                "tile: tile(shape: int | tuple[int, ...], index: int | tuple[int, ...]) -> Tensor",
                "vector: vector(width: int) -> Vectors",
                "T: Tensor f32 (N, M):(x.stride[1], x.stride[0]) global",
                "permute: permute(*order: int) -> Tensor",
                "reshape: reshape(*shape: int) -> Tensor",
                "broadcast: broadcast(*shape: int) -> Tensor",
                "distribute: distribute(threads, thread, values=1) -> Tensor",
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
                "vector: vector(width: int) -> Vectors",
                "of_block: of_block(rank: int) -> Tensor",
                "T: Tensor f32 (17, 16):(1, 17) shared",
                "permute: permute(*order: int) -> Tensor",
                "reshape: reshape(*shape: int) -> Tensor",
                "broadcast: broadcast(*shape: int) -> Tensor",
                "distribute: distribute(threads, thread, values=1) -> Tensor",
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
        "from os import $0",
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
Wait until every thread of the block is here; what was written to shared memory before is visible after.

Wrong: where only some threads of the block come [barrier-in-divergent-branch].

Source: PTX ISA, `bar.sync`; CUDA's `__syncthreads()`.\
""")


def test_keyword_arguments_where_an_argument_starts():
    assert (names(in_kernel("t = weft.shared($0")) or [])[:2] == ["dtype=", "layout="]
    assert (names(in_kernel("t = weft.shared(f32, $0")) or [])[:1] == ["layout="]
    assert (names(in_kernel("t = weft.shared(layout=4, $0)")) or [])[:1] == ["dtype="]
    found = names(in_kernel("t = weft.shared(f32 + $0"))
    assert found and not [name for name in found if name.endswith("=")]


def test_keyword_arguments_of_a_launch():
    assert names(in_kernel("x[i, j] = alpha") + "\n\ndef main(x):\n    scale(x=x, $0)\n") == ["alpha="]


def test_values_that_fit_the_parameter_come_first():
    found = [name for name in names(in_kernel("t = weft.shared(dtype=$0")) or [] if not name.endswith("=")]
    assert found[0] == "f32"
    found = [name for name in names(in_kernel("t = weft.shared($0")) or [] if not name.endswith("=")]
    assert found[0] == "f32"


@pytest.mark.parametrize(
    "line", ["total = to$0", "total: f32 = to$0", "for total in range(to$0", "total, q = to$0"]
)
def test_a_name_is_not_offered_on_the_line_that_makes_it(line: str):
    found = names(in_kernel(line))
    assert found and "total" not in found


def test_a_name_is_offered_on_the_next_line_and_behind_a_semicolon():
    assert "total" in (names(in_kernel("total = 1\n    t = to$0")) or [])
    assert "total" in (names(in_kernel("total = 1; t = to$0")) or [])


def test_an_empty_line_below_the_last_statement_is_in_the_kernel():
    assert {"i", "j", "alpha"} <= set(names(in_kernel("$0")) or [])
    assert not names(in_kernel("x[i, j] = alpha\n$0"))


def test_names_to_import():
    model, offset = read(in_kernel("t = sq$0"))
    (sqrt,) = [each for each in completions(model, offset) or () if each.name == "sqrt"]
    assert (sqrt.detail, sqrt.module) == ("from weft import sqrt", "weft")
    names_in_scope = [each.name for each in completions(model, offset) or () if not each.module]
    assert {"f32", "weft", "M"} <= set(names_in_scope) and "sqrt" not in names_in_scope


@pytest.mark.parametrize(
    ("text", "module", "name", "expected"),
    [
        ("from weft import Tensor, f32\n", "weft", "barrier", "from weft import Tensor, barrier, f32\n"),
        ("from weft import (\n    Tensor,\n)\n", "weft", "f32", "from weft import (\n    Tensor, f32,\n)\n"),
        ("import weft\n\nA = 1\n", "weft.dims", "K", "import weft\nfrom weft.dims import K\n\nA = 1\n"),
        ("A = 1\n", "weft", "f32", "from weft import f32\n\nA = 1\n"),
        ('"""Kernels."""\n\nA = 1\n', "weft", "f32", '"""Kernels."""\n\nfrom weft import f32\n\nA = 1\n'),
    ],
)
def test_the_import_that_is_added(text: str, module: str, name: str, expected: str):
    model = Project(DIALECT).read("/project/kernel.py", text)
    edit = import_edit(model, module, name)
    assert text[: edit.span.start] + edit.text + text[edit.span.end :] == expected


@pytest.mark.parametrize("closing", ["", "]", "](x)"])
def test_geometry_between_the_brackets_of_a_launch(closing: str):
    """Most editors write the closing bracket with the opening one."""
    check(
        in_kernel("x[i, j] = alpha") + f"\n\ndef main(x):\n    scale[$0{closing}\n",
        [
            "(grid_x, grid_y), (32, 8): 32 × 8 = 256 threads in a block",
            "(grid_x, grid_y), (16, 16): 16 × 16 = 256 threads in a block",
        ],
    )


def test_the_block_that_a_kernel_fixes():
    source = KERNEL.replace("weft.index(x)", "weft.tile_index(x, (4, 8))") + "\n\nscale[$0\n"
    check(
        source,
        ["(grid_x, grid_y), (8, 4): the block that the kernel fixes: 8 × 4 = 32 threads in a block"],
    )


def test_snippets_where_a_statement_starts():
    def offered(source: str) -> list[str]:
        model, offset = read(source)
        return [each.name for each in completions(model, offset, with_snippets=True) or () if each.is_snippet]

    assert offered(in_kernel("$0")) == ["guarded loop", "shared tile"]
    assert offered(in_kernel("t = $0")) == []
    assert offered("ker$0") == ["kernel"]
    assert offered("x = ker$0") == []


def test_other_names_of_layouts_and_kernels():
    assert {"row_major", "column_major"} <= set(names("weft.Layout.$0") or [])
    assert "geometry" in (names(in_kernel("x[i, j] = alpha") + "\n\nscale.$0\n") or [])


def test_the_members_of_what_is_read_in_vectors():
    check(in_kernel("x.vector(4).$0"), ["shape: (M, (N + 3) // 4)"])


def test_the_fields_of_values_with_names():
    source = """
        from typing import NamedTuple
        class Sizes(NamedTuple):
            rows: int
            columns: int = 8
        SIZES = Sizes(16)
    """
    check(dedent(source) + in_kernel("t = SIZES.$0"), ["rows: int = 16", "columns: int = 8"])


def test_the_literals_that_a_parameter_takes_come_first():
    found = names(in_kernel("t = weft.shuffle(alpha, 1, width=$0")) or []
    assert found[:5] == ["2", "4", "8", "16", "32"]
    assert (names(in_kernel("t = weft.warp_scan(alpha, exclusive=$0")) or [])[:2] == ["True", "False"]


def test_sizes_that_are_known_come_before_those_of_a_thread():
    found = names("TILE = 16\n" + in_kernel("t = weft.shared(f32, layout=$0")) or []
    assert found.index("TILE") < found.index("i") < found.index("alpha")


def test_what_no_kernel_can_call_is_not_imported_into_one():
    found = names(in_kernel("$0")) or []
    assert {"barrier", "block_sum", "f16", "thread_idx", "K", "Layout", "coalesce"} <= set(found)
    assert not {"kernel", "Kernel", "KernelError", "empty", "from_numpy", "to_svg"} & set(found)


def test_the_full_form_of_a_signature_is_one_step_away():
    model, offset = read(in_kernel("weft.$0"))
    (index,) = [each for each in completions(model, offset) or () if each.name == "index"]
    assert index.detail == "index(domain, *, block=None)"
    assert "-> tuple[int, int, int]\n" in documentation(index)


@pytest.mark.parametrize(
    "line",
    [
        'print(f"{x.$0}")',
        'print(f"at {i}: {x.sh$0}")',
        'print(f"{x.T.$0} {x.} {j}")',
        'print(f"{x.T} {x.$0} {j}")',
        'assert alpha > 0, f"{x.$0}"',
    ],
)
def test_members_between_the_braces_of_an_f_string(line: str):
    members = names(in_kernel(line))
    assert members and "shape" in members and "alpha" not in members


def test_names_between_the_braces_of_an_f_string():
    assert {"alpha", "i"} <= set(names(in_kernel('print(f"{$0}")')) or [])
    assert {"alpha", "i"} <= set(names(in_kernel('print(f"{al$0}")')) or [])
    for line in ('print("{x.$0}")', 'print(f"{x} $0")', 'print(f"{{x.$0")', 'print(f"{alpha:.$0}")'):
        assert not names(in_kernel(line))


def test_what_is_half_typed_between_braces_does_not_hide_what_stands_behind_it():
    model, offset = read(in_kernel('print(f"{x.} {al$0pha}")'))
    fact = model.fact_at(offset)
    assert fact is not None and fact.symbol is not None and fact.symbol.name == "alpha"


@pytest.mark.parametrize("typed", ["x[$0", "x[$0]", "x[i, $0]", "t = weft.exp(x[i, $0]"])
def test_indices_come_first_between_the_brackets_of_a_tensor(typed: str):
    found = names(in_kernel(typed)) or []
    assert found[:2] == ["i", "j"] and found.index("M") < found.index("alpha")


def test_dimensions_come_first_where_a_size_is_wanted():
    found = names(in_kernel("t = weft.shared(f32, layout=$0")) or []
    assert found.index("M") < found.index("i")


def test_dtypes_come_first_where_one_is_wanted_also_those_to_import():
    found = names(in_kernel("t = weft.shared(dtype=$0")) or []
    assert found[0] == "f32" and max(map(found.index, ("f16", "i32"))) < found.index("alpha")
    found = names("x = weft.zeros(4, dtype=$0")
    assert found and found[0] == "f32" and {"f16", "i32"} <= set(found) and "x" not in found


def test_the_truth_values_that_a_decorator_takes():
    assert names("@weft.kernel(debug=$0)") == ["True", "False"]


HALF_TYPED = "class Rows(weft.Dim):\n    pass\n\n@weft.kernel\ndef k("


@pytest.mark.parametrize("closing", ["", "):\n    pass\n"])
def test_types_in_a_signature(closing: str):
    found = names(f"{HALF_TYPED}x: $0{closing}") or []
    assert found[:2] == ["Tensor", "f32"] and {"f16", "i32"} < set(found) and "M" not in found
    found = names(f"{HALF_TYPED}a: f32, x: $0{closing}") or []
    assert found[:2] == ["Tensor", "f32"]


@pytest.mark.parametrize("closing", ["", "]):\n    pass\n"])
def test_a_tensor_in_a_signature(closing: str):
    found = names(f"{HALF_TYPED}x: Tensor[$0{closing}") or []
    assert found[0] == "f32" and {"f16", "i32"} < set(found) and not {"Tensor", "M"} & set(found)
    found = names(f"{HALF_TYPED}x: Tensor[f32, M, $0{closing}") or []
    assert found[:3] == ["M", "N", "Rows"] and "K" in found and "f32" not in found


def test_what_a_device_function_returns():
    assert (names("@weft.function\ndef f(x: f32) -> $0") or [])[:2] == ["Tensor", "f32"]


@pytest.mark.parametrize(
    "source", ["def f(x: $0", "@other\ndef f(x: $0", f"{HALF_TYPED}$0", f"{HALF_TYPED}x: f32 = $0"]
)
def test_no_type_is_wanted_here(source: str):
    assert (names(source) or [])[:1] != ["Tensor"]


@pytest.mark.parametrize("typed", ["$0", "x$0", "x: f32, $0", "x: Tensor[f32, N], y$0", "x: f32 = 1.0, $0"])
def test_a_parameter_gets_a_new_name(typed: str):
    assert not names(f"{HALF_TYPED}{typed}")
    assert not names(f"{HALF_TYPED}{typed}):\n    pass\n")


@pytest.mark.parametrize(
    "statement",
    [
        "from weft import $0",
        "from weft import f32, $0",
        "from weft import (\n    f32,\n    $0\n)",
        "from weft import Ba$0",
    ],
)
def test_names_in_an_import(statement: str):
    found = names(statement)
    assert found and {"barrier", "Tensor", "kernel"} < set(found)
    assert ("f32" in found) is ("f32" not in statement)


def test_names_in_an_import_of_a_module():
    assert {"K", "M", "Dim"} <= set(names("from weft.dims import $0") or [])
    assert {"composition", "Layout"} <= set(names("from weft.layout import $0") or [])
    assert not names("from weft.model import $0")


def test_decorators():
    assert names("@$0") == ["weft.kernel", "weft.function"]
    assert names("@ke$0\ndef k(): pass\n") == ["weft.kernel", "weft.function"]
    assert names("from weft import function, kernel\n@ke$0") == ["kernel", "function"]


@pytest.mark.parametrize("below", ["", "\n\nx = 1\n", "\ndef k(x): pass\n", "\n\nif x:\n    pass\n"])
def test_members_in_a_decorator(below: str):
    assert {"kernel", "function"} <= set(names(f"@weft.$0{below}") or [])
    assert {"kernel", "function"} <= set(names(f"@weft.function\n@weft.k$0{below}") or [])


def test_what_stands_for_the_function_below_a_decorator_is_in_no_outline():
    model, _ = read("@weft.kernel$0\n")
    assert [entry.name for entry in model.outline] == []


def test_numbers_dtypes_and_dimensions_have_no_members_that_another_server_knows():
    for line in ("alpha.$0", "f32.$0", "M.$0", "x.shape.$0"):
        model, offset = read(in_kernel(line))
        assert not leaves_names(model, offset, completions(model, offset))
    model, offset = read("import math\nmath.$0\n")
    assert leaves_names(model, offset, completions(model, offset))


def test_names_to_import_outside_of_kernels():
    model, offset = read("T = Lay$0\n")
    found = {each.name: each.detail for each in names_to_import(model, offset)}
    assert found["Layout"] == "from weft import Layout" and not {"Tensor", "f32"} & set(found)
    for source in ("T = $0\n", "T.La$0\n", "import La$0\n", in_kernel("t = La$0")):
        assert not names_to_import(*read(source))
