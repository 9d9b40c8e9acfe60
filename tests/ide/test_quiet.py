"""Where nothing is completed: the two sides of each border."""

import pytest
from weft_lsp.ide.quiet import is_quiet


def check(marked: str, *, quiet: bool) -> None:
    assert is_quiet(marked.replace("$0", ""), marked.index("$0")) is quiet


@pytest.mark.parametrize(
    "marked",
    [
        "# x$0", "#$0", "x = 'a$0b'", "x = 'a$0", 'x = """a\n$0\n"""', 'x = """a\n$0', "x = '\\'$0'", "x = 1$0",
        "x = 1.$0", "x = 0x$01F", "x = 1.5e$0", "'''a\n'b$0'''",
    ],
)  # fmt: skip
def test_inside(marked: str):
    check(marked, quiet=True)


@pytest.mark.parametrize(
    "marked",
    [
        "$0# x",
        "# x\n$0",
        "x = 'a'$0",
        "x = $0'a'",
        '"""a"""$0',
        "x1$0",
        "x[1]$0",
        "'#' + x$0",
        "x = 'a\ny$0",
        "''$0",
    ],
)
def test_outside(marked: str):
    check(marked, quiet=False)


def test_an_open_string_above_does_not_swallow_a_function():
    check('x = """\n\ndef f():\n    y$0', quiet=False)
