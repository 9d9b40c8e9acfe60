"""Rename: the text afterwards, or the reason why not."""

import ast
from collections.abc import Sequence

import pytest
from ide_case import HEADER, KERNEL, in_kernel, read
from weft.model.diagnostic import Edit
from weft_lsp.ide.rename import RenameError, prepare, rename


def check(source: str, new_name: str, expected: str) -> None:
    """The whole text below the imports, with the reason in place of it where it is refused."""
    model, offset = read(source)
    try:
        edits = rename(model, offset, new_name)
        found = "nothing" if edits is None else applied(model.text, edits).removeprefix(HEADER)
    except RenameError as error:
        found = str(error)
    assert found == expected


def applied(text: str, edits: Sequence[Edit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    ast.parse(text)
    return text


def test_a_local():
    check(
        in_kernel("t = alpha\n    if alpha > 0.0:\n        t$0 = t + 1.0\n    x[i, j] = t"),
        "total",
        in_kernel("total = alpha\n    if alpha > 0.0:\n        total = total + 1.0\n    x[i, j] = total"),
    )


def test_a_parameter_with_the_keyword_arguments_of_launches():
    launches = "\n\ndef main(alpha, x):\n    scale({0}=alpha, x=x)\n    scale[1, 32](x=x, {0}=2.0)\n"
    check(
        in_kernel("x[i, j] = alpha$0") + launches.format("alpha"),
        "factor",
        KERNEL.replace("alpha", "factor") + "    x[i, j] = factor\n" + launches.format("factor"),
    )


def test_a_parameter_of_a_device_function():
    source = "\n@weft.function\ndef twice({0}: f32):\n    return 2.0 * {1}\n"
    kernel = in_kernel("x[i, j] = twice({0}=alpha)")
    check(
        source.format("a", "a$0") + kernel.format("a"),
        "value",
        source.format("value", "value") + kernel.format("value"),
    )


def test_another_scope_of_the_same_name_stays():
    other = "\n\ndef host(t):\n    return t\n"
    check(in_kernel("t$0 = 1.0") + other, "u", in_kernel("u = 1.0") + other)


def test_letters_beyond_ascii():
    check(in_kernel("é = 1.0; t$0 = é; x[i, j] = t"), "ω", in_kernel("é = 1.0; ω = é; x[i, j] = ω"))


@pytest.mark.parametrize(
    ("new_name", "reason"),
    [
        ("1st", "`1st` is not a name: write letters, digits and `_`, not starting with a digit"),
        ("a-b", "`a-b` is not a name: write letters, digits and `_`, not starting with a digit"),
        ("", "`` is not a name: write letters, digits and `_`, not starting with a digit"),
        ("lambda", "`lambda` is a keyword of Python"),
        ("alpha", "`alpha` is already used in the same function"),
        ("weft", "`weft` is already used in the same function"),
        ("range", "`range` is a built-in name of Python"),
    ],
)
def test_new_names_that_cannot_be(new_name: str, reason: str):
    check(in_kernel("t$0 = alpha"), new_name, reason)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (in_kernel("weft.bar$0rier()"), "`barrier` is a name of the language"),
        (in_kernel("t = we$0ft.thread_idx.x"), "`weft` is imported: rename it where it is declared"),
        (in_kernel("t = M$0"), "`M` is imported: rename it where it is declared"),
        ("TILE = 4\n" + in_kernel("t = TILE$0"), "`TILE` is a name of the module, which other files may use"),
        (in_kernel("t = ran$0ge(3)"), "`range` is not declared in this file"),
        (
            in_kernel("t$0 = 1.0\n    u = = t"),
            "the function has a syntax error: not every place of the name can be found",
        ),
    ],
)
def test_names_that_stay(source: str, reason: str):
    check(source, "new", reason)
    model, offset = read(source)
    with pytest.raises(RenameError):
        prepare(model, offset)


def test_a_variable_of_the_function_around_the_kernel():
    source = """
    def make(factor):
        @weft.kernel
        def k(x: Tensor[f32, M]):
            x[weft.index(x)] = factor$0
        return k
    """
    check(source, "new", "`factor` belongs to the function around the kernel")


@pytest.mark.parametrize(
    "source", ["count$0 = 3\n", "def f(a):\n    return a$0\n", in_kernel("x[i, j] = 1.$0")]
)
def test_what_is_no_name_of_ours(source: str):
    check(source, "new", "nothing")


def test_prepare():
    model, offset = read(in_kernel("total = 1.0\n    x[i, j] = tot$0al"))
    found = prepare(model, offset)
    assert found
    assert (found.name, model.text[found.span.start : found.span.end]) == ("total", "total")
    assert found.span.contains(offset)
