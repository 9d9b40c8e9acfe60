"""Workspace symbols: `kind name of module` for each name that matches."""

import pytest
from ide_case import in_kernel, read
from weft_lsp.ide.workspace_symbol import workspace_symbols


def check(
    query: str, expected: list[str], source: str = "TILE = 16\n" + in_kernel("x[i, j] = alpha")
) -> None:
    model, _ = read(source + "$0")
    found = workspace_symbols(model.library, [model], query)
    assert [f"{each.kind} {each.name} of {each.container}" for each in found] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("scale", ["kernel scale of kernel"]),
        ("TILE", ["constant TILE of kernel", "operation tile_index of weft"]),
        ("barrier", ["operation barrier of weft"]),
        ("brr", ["operation barrier of weft"]),
        ("f3", ["dtype f32 of weft"]),
        ("nothing_of_the_kind", []),
    ],
)
def test_names(query: str, expected: list[str]):
    check(query, expected)


def test_the_place_is_the_name():
    model, _ = read(in_kernel("x[i, j] = alpha$0"))
    found = workspace_symbols(model.library, [model], "scale")[0]
    span = found.location.span
    assert (found.location.path, model.text[span.start : span.end]) == (model.path, "scale")


def test_no_private_names():
    model, _ = read("$0")
    assert not [each for each in workspace_symbols(model.library, [model], "") if each.name.startswith("_")]
