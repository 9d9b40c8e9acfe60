"""Semantic tokens: what each name is, with what only Weft knows as modifiers."""

from textwrap import dedent

from ide_case import HEADER
from weft.model.diagnostic import Span
from weft.model.model import Model
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft_lsp.ide.semantic_tokens import semantic_tokens


def read(source: str) -> Model:
    return Project(DIALECT).read("/project/kernel.py", source)


def check(source: str, line: str, expected: list[str]) -> None:
    """The names of one line, as `name: kind and modifiers`."""
    text = HEADER + dedent(source)
    assert text.count(line) == 1
    start = text.index(line)
    found = semantic_tokens(read(text), Span(start, start + len(line))) or ()
    assert [
        f"{text[token.span.start : token.span.end]}: {' '.join((token.kind, *token.modifiers))}"
        for token in found
    ] == expected


KERNEL = """
SIZE = 4


@weft.function
def twice(a: f32):
    return a * SIZE


@weft.kernel
def k(alpha: f32, x: Tensor[f32, N]):
    i = weft.index(x)
    t = weft.block_idx.x
    tile = weft.shared(f32, (16, 16))
    own = weft.local(f32, 4)
    part = x.tile(16, 0)
    x[i] = alpha + twice(t)


def main(x):
    k[1, 32](alpha=1.0, x=x)
"""


def test_names_of_the_language():
    check(KERNEL, "@weft.kernel", ["weft: namespace defaultLibrary", "kernel: function defaultLibrary"])
    check(
        KERNEL,
        "def k(alpha: f32, x: Tensor[f32, N]):",
        [
            "k: function declaration kernel",
            "alpha: parameter declaration uniform",
            "f32: type defaultLibrary dtype",
            "x: parameter declaration global",
            "Tensor: class defaultLibrary",
            "f32: type defaultLibrary dtype",
            "N: typeParameter defaultLibrary dimension",
        ],
    )


def test_values_that_differ_between_threads():
    check(
        KERNEL,
        "i = weft.index(x)",
        [
            "i: variable declaration varying",
            "weft: namespace defaultLibrary",
            "index: function defaultLibrary",
            "x: parameter global",
        ],
    )
    check(
        KERNEL,
        "t = weft.block_idx.x",
        [
            "t: variable declaration uniform",
            "weft: namespace defaultLibrary",
            "block_idx: variable readonly defaultLibrary",
            "x: property defaultLibrary uniform",
        ],
    )


def test_memory_spaces():
    check(KERNEL, "tile =", ["tile: variable declaration shared"])
    check(KERNEL, "own =", ["own: variable declaration local"])
    check(
        KERNEL,
        "part = x.tile",
        ["part: variable declaration global", "x: parameter global", "tile: method defaultLibrary"],
    )


def test_functions_constants_and_launches():
    check(KERNEL, "SIZE = 4", ["SIZE: variable declaration"])
    check(KERNEL, "def twice(a", ["twice: function declaration device", "a: parameter declaration"])
    check(KERNEL, "return a * SIZE", ["a: parameter", "SIZE: variable readonly"])
    check(KERNEL, "k[1, 32]", ["k: function kernel"])


def test_a_kernel_with_an_error_keeps_its_colours():
    check(KERNEL.replace("twice(t)", "missing"), "x[i] =", ["x: parameter global", "i: variable varying"])


def test_only_a_part_of_the_file():
    text = HEADER + "\nA = 1\n\nB = 2\n"
    model = read(text)
    start = text.index("B")
    found = semantic_tokens(model, Span(start, start + 1)) or ()
    assert [text[token.span.start : token.span.end] for token in found] == ["B"]


def test_a_file_without_kernels_is_another_servers():
    assert semantic_tokens(read("import os\nos.getcwd()\n")) is None
