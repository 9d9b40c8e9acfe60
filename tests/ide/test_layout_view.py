"""The picture of the layout at the cursor."""

from ide_case import read
from weft_lsp.ide.layout_view import LayoutView, layout_view

TILE = """
TILE = weft.Layout((4, 8), (9, 1))

@weft.kernel
def k(x: Tensor[f32, M, N], y: Tensor[f32, N]):
    i = weft.index(y)
    tile = weft.shared(f32, TILE)
    wide = weft.shared(f32, (128, 64))
    y[i] = tile[0, 0]
"""
TURN = """
@weft.kernel
def turn(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.tile_index(x, (4, 8))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    tile = weft.shared(f32, weft.Layout((4, 8), (9, 1)))
    tile[ty, tx] = x[row, col]
    weft.barrier()
    y[col, row] = $0tile[tx // 2, ty * 2 + tx % 2]
"""


def view(before: str, after: str) -> LayoutView | None:
    """What is drawn with the cursor between two pieces of the source."""
    assert TILE.count(before + after) == 1
    model, offset = read(TILE.replace(before + after, f"{before}$0{after}"))
    return layout_view(model, offset)


def test_a_layout_is_drawn():
    found = view("TI", "LE = weft")
    assert found and found.title == "TILE: Layout (4, 8):(9, 1)"
    assert "<title>(1, 2) at index 11</title>" in found.svg


def test_a_tensor_in_shared_memory_is_coloured_by_banks():
    found = view("ti", "le[0, 0]")
    assert found and found.title == "tile: Tensor f32 (4, 8):(9, 1) shared"
    assert "<title>(3, 7) at index 34, bank 2</title>" in found.svg


def test_of_a_large_one_the_first_part():
    found = view("wi", "de = weft")
    assert found and found.note == "The first 64 × 32 of 128 × 64 coordinates."
    assert "<title>(63, 31) at index 4063, bank 31</title>" in found.svg


def test_of_a_large_nested_or_swizzled_one_too():
    for layout, note in (
        ("Layout(((8, 16), 64))", "The first 64 × 32 of 128 × 64 coordinates."),
        ("composition(Swizzle(3, 4, 3), Layout((128, 64)))", "The first 64 × 32 of 128 × 64 coordinates."),
        ("Layout(5000)", "The first 2048 of 5000 coordinates."),
    ):
        source = f"from weft.layout import Layout, Swizzle, composition\nTILE = {layout}\nTILE$0\n"
        found = layout_view(*read(source))
        assert found and found.svg and found.note == note


def test_a_tensor_of_sizes_that_are_not_known_says_so():
    found = view("k(", "x: Tensor")
    assert found and found.svg == ""
    assert found.note == "Its sizes are known at the launch only: there is nothing to draw yet."


def test_nothing_for_anything_else():
    assert view("y[", "i] = tile") is None
    assert view("def ", "k(x") is None


def test_at_an_access_the_threads_that_make_it():
    model, offset = read(TURN)
    found = layout_view(model, offset)
    assert found and "<title>(1, 5) at index 14, thread 19, bank 14</title>" in found.svg
    assert "<title>(1, 5) at index 14, thread 19</title>" in found.threads_svg
    written = layout_view(model, model.text.index("tile[ty"))
    assert written and "<title>(1, 5) at index 14, thread 13</title>" in written.threads_svg
    assert (made := layout_view(model, model.text.index("tile = "))) and made.threads_svg == ""
