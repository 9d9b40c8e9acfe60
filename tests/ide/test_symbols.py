"""Document symbols: the outline in the order of the text."""

from ide_case import HEADER, read
from inline_snapshot import snapshot
from weft.model.facts import Outline
from weft_lsp.ide.symbols import symbols


def check(source: str, expected: list[str]) -> None:
    """Each entry as `kind name: text`, children indented."""
    model, _ = read(source + "$0")

    def described(entry: Outline, indent: str = "") -> list[str]:
        assert model.text[entry.name_span.start : entry.name_span.end] == entry.name
        first = model.text[entry.span.start : entry.span.end].split("\n")[0]
        below = [line for child in entry.children for line in described(child, indent + "  ")]
        return [f"{indent}{entry.kind} {entry.name}: {first}", *below]

    assert [line for entry in symbols(model) for line in described(entry)] == expected


def test_everything_that_a_file_declares():
    check(
        """
        TILE = 16

        class Batch(weft.Dim): ...

        @weft.function
        def twice(v: f32) -> f32:
            return v + v

        @weft.kernel
        def k(x: Tensor[f32, Batch]):
            i = weft.index(x)

        def main():
            pass
        """,
        snapshot(
            [
                "constant TILE: TILE = 16",
                "dimension Batch: class Batch(weft.Dim): ...",
                "function twice: def twice(v: f32) -> f32:",
                "kernel k: def k(x: Tensor[f32, Batch]):",
                "function main: def main():",
            ]
        ),
    )


def test_a_broken_block_leaves_the_others():
    check("def broken(:\n    (\n\nTILE = 16\n", snapshot(["constant TILE: TILE = 16"]))


def test_imports_are_not_in_the_outline():
    assert "import" in HEADER
    check("", [])
