"""Inlay hints: the kernel with its hints written into it."""

from dataclasses import replace

import pytest
from ide_case import HEADER, KERNEL, in_kernel, read
from weft.model.diagnostic import Span
from weft_lsp.ide.inlay_hint import HintSettings, inlay_hints

OFF = HintSettings(types=False, guards=False, parameter_names=False, geometry=False)
TYPES = replace(OFF, types=True)
GUARDS = replace(OFF, guards=True)


def shown(source: str, settings: HintSettings) -> str:
    """The text below the imports, each hint in ‹› at its place."""
    model, _ = read(source + "$0")
    text = model.text
    for hint in reversed(inlay_hints(model, Span(0, len(text)), settings)):
        text = f"{text[: hint.offset]}‹{hint.label}›{text[hint.offset :]}"
    return text.removeprefix(HEADER)


def check(line: str, expected: str, settings: HintSettings = TYPES) -> None:
    """The last lines of a kernel, with their hints."""
    indices = "    i‹: index›, j‹: index› = weft.index(x)" if settings.types else "    i, j = weft.index(x)"
    before = KERNEL.replace("    i, j = weft.index(x)", indices)
    assert shown(in_kernel(line), settings) == f"{before}    {expected}\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("t = alpha * 2.0", "t‹: f32› = alpha * 2.0"),
        (
            "t = weft.shared(f32, (16, 16))",
            "t‹: Tensor f32 (16, 16):(16, 1) shared› = weft.shared(f32, (16, 16))",
        ),
        ("t = weft.Layout((4, 8))", "t‹: Layout (4, 8):(1, 4)› = weft.Layout((4, 8))"),
        ("for k in range(i):\n        pass", "for k‹: index› in range(i):\n        pass"),
        ("t = alpha\n    t = t + 1.0", "t‹: f32› = alpha\n    t = t + 1.0"),
        ("t: f32 = 1.0", "t: f32 = 1.0"),
        ("t = 4", "t = 4"),
        ("t = 4 * 4", "t‹: int = 16› = 4 * 4"),
        ("t = nothing", "t = nothing"),
    ],
)
def test_types(line: str, expected: str):
    check(line, expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x[i, j] = alpha", "x[i, j] = alpha"),
        ("x[i, j] = x[i + 1, j]", "x[i, j] = x[i + 1, j]‹guarded›"),
        ("x[i, j + 1] = alpha", "x[i, j + 1]‹guarded› = alpha"),
    ],
)
def test_guards(line: str, expected: str):
    check(line, expected, GUARDS)


def test_what_a_guard_is():
    model, _ = read(in_kernel("x[i, j] = x[i + 1, j]$0"))
    (hint,) = inlay_hints(model, Span(0, len(model.text)), GUARDS)
    assert hint.tooltip == (
        "This read of `x` is not proved to be inside the tensor: "
        "outside, a read gives 0 and a write does nothing."
    )


def test_nothing_is_shown_when_both_are_off():
    source = in_kernel("t = x[i + 1, j]")
    assert shown(source, HintSettings(types=False, guards=False)) == source


def test_only_the_part_that_is_asked_for():
    model, offset = read(in_kernel("t$0 = alpha"))
    assert [hint.label for hint in inlay_hints(model, Span(offset, offset + 1), TYPES)] == [": f32"]


def test_ordinary_python_has_no_hints():
    source = "def f(a):\n    b = a + 1\n    return b\n"
    assert shown(source, HintSettings()) == source


LAUNCHES = in_kernel("x[i, j] = alpha") + "\n\ndef main(x, alpha):\n    scale({0}2.0, {1}x)\n"


def test_the_names_of_parameters_where_the_argument_does_not_say_them():
    named = replace(OFF, parameter_names=True)
    assert shown(LAUNCHES.format("", ""), named) == LAUNCHES.format("‹alpha=›", "")


def test_the_geometry_that_a_launch_leaves_to_weft():
    shows = shown(LAUNCHES.format("", ""), replace(OFF, geometry=True))
    assert shows.endswith("scale‹[M × N threads]›(2.0, x)\n")


def test_the_block_that_a_kernel_fixes():
    tiled = LAUNCHES.replace("weft.index(x)", "weft.tile_index(x, (4, 8))").format("", "")
    assert shown(tiled, replace(OFF, geometry=True)).endswith("scale‹[(⌈N/8⌉, ⌈M/4⌉), (8, 4)]›(2.0, x)\n")


SIZED = """
import numpy as np
{}

scale(2.0, np.zeros((100, 300), np.float32))
"""


@pytest.mark.parametrize(
    ("domain", "label"),
    [
        ("weft.index(x)", "[100 × 300 threads]"),
        ("weft.tile_index(x, (4, 8))", "[(38, 25), (8, 4)]"),
        ("weft.tile_index((M + 1, 64), (1, 64))", "[(1, 101), (64, 1)]"),
    ],
)
def test_the_geometry_of_a_launch_whose_sizes_the_text_tells(domain: str, label: str):
    source = SIZED.format(in_kernel("x[i, j] = alpha").replace("weft.index(x)", domain))
    assert f"scale‹{label}›(2.0, np" in shown(source, replace(OFF, geometry=True))


@pytest.mark.parametrize(
    ("domain", "label"),
    [
        ("weft.tile_index((M + 1, 64), (1, 64))", "[(1, M + 1), (64, 1)]"),
        ("weft.tile_index((2 * M, N), (4, 8))", "[(⌈N/8⌉, ⌈(2 * M)/4⌉), (8, 4)]"),
        ("0, weft.cluster((2, 1))\n    i, j = weft.tile_index(x, (4, 8))", "[(⌈N/8⌉, 2 × ⌈M/8⌉), (8, 4)]"),
    ],
)
def test_the_blocks_that_cover_a_domain(domain: str, label: str):
    source = LAUNCHES.replace("weft.index(x)", domain).format("", "")
    assert f"scale‹{label}›(2.0, x)" in shown(source, replace(OFF, geometry=True))
