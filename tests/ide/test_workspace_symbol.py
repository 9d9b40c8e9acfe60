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


BARRIERS = [f"operation {name} of weft" for name in ("barrier", "cluster_barrier", "warp_barrier")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("scale", ["kernel scale of kernel", "function is_compatible of weft.layout"]),
        ("TILE_IN", ["operation tile_index of weft"]),
        ("composition", ["function composition of weft.layout"]),
        ("barrier", BARRIERS),
        ("brrier", [BARRIERS[0], BARRIERS[2], BARRIERS[1]]),
        ("f3", ["dtype f32 of weft"]),
        ("nothing_of_the_kind", []),
    ],
)
def test_names(query: str, expected: list[str]):
    check(query, expected)


def test_the_nearest_comes_first():
    model, _ = read("TILE = 16\n" + in_kernel("x[i, j] = alpha$0"))
    names = [each.name for each in workspace_symbols(model.library, [model], "tile")]
    assert names[:2] == ["TILE", "tile_index"]


def test_the_place_is_the_name():
    model, _ = read(in_kernel("x[i, j] = alpha$0"))
    found = workspace_symbols(model.library, [model], "scale")[0]
    span = found.location.span
    assert (found.location.path, model.text[span.start : span.end]) == (model.path, "scale")


def test_no_private_names():
    model, _ = read("$0")
    assert not [each for each in workspace_symbols(model.library, [model], "") if each.name.startswith("_")]
