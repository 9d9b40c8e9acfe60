"""Rename: the text afterwards, or the reason why not."""

import ast
from collections.abc import Sequence

import pytest
from ide_case import HEADER, KERNEL, files, in_kernel, read
from weft.model.diagnostic import Edit
from weft_lsp.ide.rename import RenameError, prepare, renamable_target, rename


def check(source: str, new_name: str, expected: str) -> None:
    """The whole text below the imports, with the reason in place of it where it is refused."""
    model, offset = read(source)
    try:
        target = renamable_target(model, offset)
        files = rename(target, new_name, [model]) if target else ()
        found = applied(model.text, files[0].edits).removeprefix(HEADER) if files else "nothing"
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


def test_a_parameter_from_a_keyword_argument():
    launches = "\n\ndef main(alpha, x):\n    scale({0}=alpha, x=x)\n"
    check(
        in_kernel("x[i, j] = alpha") + launches.format("alp$0ha"),
        "factor",
        KERNEL.replace("alpha", "factor") + "    x[i, j] = factor\n" + launches.format("factor"),
    )


def test_names_of_the_module_with_strings_that_export_them():
    source = (
        "__all__ = ['{0}', 'TILE']\nTILE = 4\n" + in_kernel("x[i, j] = alpha") + "\n\n{0}{1}(1.0, None)\n"
    )
    check(
        source.replace("def scale", "def {0}").format("scale", "$0"),
        "multiply",
        source.replace("def scale", "def {0}").format("multiply", ""),
    )


def test_a_dimension():
    source = """
class {0}(weft.Dim): ...


@weft.kernel
def k(x: Tensor[f32, {0}{1}], y: "Tensor[f32, {0}]"):
    x[weft.index(x)] = y[0] * {0}
"""
    check(source.format("Rows", "$0"), "Batch", source.format("Batch", ""))


def test_other_files():
    """Imports, other names, attributes and keyword arguments; a string that looks like the name stays."""
    kernels = HEADER + KERNEL.replace("def scale", "def sca$0le") + "    x[i, j] = alpha\n"
    user = "import kernels\nfrom kernels import scale, scale as s\n\n"
    user += "def main(x):\n    scale(1.0, x)\n    s(1.0, x)\n    kernels.scale[1, 32](1.0, x)\n"
    user += "    print(f'{scale} scale', lambda: scale)\n"
    with files({"kernels.py": kernels, "user.py": user}) as (models, offset):
        target = renamable_target(models[0], offset)
        assert target
        texts = {edits.path: edits.edits for edits in rename(target, "multiply", models)}
        after = applied(user, texts[models[1].path])
    assert after == user.replace("scale", "multiply").replace("} multiply", "} scale")


def test_a_keyword_argument_in_another_file():
    kernels = HEADER + KERNEL + "    x[i, j] = alpha\n"
    user = "from kernels import scale as s\n\ndef main(x):\n    s(alp$0ha=1.0, x=x)\n"
    with files({"user.py": user, "kernels.py": kernels}) as (models, offset):
        target = renamable_target(models[0], offset)
        assert target
        texts = {edits.path: edits.edits for edits in rename(target, "factor", models)}
        assert applied(models[0].text, texts[models[0].path]) == models[0].text.replace("alpha", "factor")
        assert applied(models[1].text, texts[models[1].path]) == models[1].text.replace("alpha", "factor")


def test_a_new_name_that_another_file_has_taken():
    kernels = HEADER + KERNEL.replace("def scale", "def sca$0le") + "    x[i, j] = alpha\n"
    user = "from kernels import scale\nmultiply = 3\nscale(1.0, None)\n"
    with files({"kernels.py": kernels, "user.py": user}) as (models, offset):
        target = renamable_target(models[0], offset)
        assert target
        with pytest.raises(RenameError, match=r"^`multiply` is already used in user\.py$"):
            rename(target, "multiply", models)


def test_another_file_that_is_broken():
    kernels = HEADER + KERNEL.replace("def scale", "def sca$0le") + "    x[i, j] = alpha\n"
    user = "from kernels import scale\n\ndef main(x):\n    scale(1.0, x))\n"
    with files({"kernels.py": kernels, "user.py": user}) as (models, offset):
        target = renamable_target(models[0], offset)
        assert target
        with pytest.raises(RenameError, match=r"^user\.py has a syntax error where `scale` stands"):
            rename(target, "multiply", models)


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
        (in_kernel("t = we$0ft.thread_idx.x"), "`weft` is a name of the language"),
        (in_kernel("t = M$0"), "`M` is a name of the language"),
        (in_kernel("t = weft.shared(dtype$0=f32, layout=4)"), "`dtype` is a parameter of the language"),
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
    check(
        source,
        "new",
        """
def make(new):
    @weft.kernel
    def k(x: Tensor[f32, M]):
        x[weft.index(x)] = new
    return k
""",
    )


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
