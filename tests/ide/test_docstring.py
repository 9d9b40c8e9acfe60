"""Docstrings: the parts that features show on their own."""

import inspect

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from weft.model.declarations import without_indent
from weft_lsp.ide.docstring import parse, to_markdown

DOC = """Start copying `src` to `dst`
without registers.

dst: shared memory, shape (M, N),
    dtype of `src`.
src, other: global memory.

Wrong: dst not in shared memory [copy-async-space];
misaligned src [copy-async-alignment].
Needs compute capability 8.0. Source: PTX ISA, "cp.async".
"""


def check(doc: str | None, expected: str) -> None:
    assert to_markdown(parse(doc)) == expected


def test_all_parts():
    check(
        DOC,
        snapshot("""\
Start copying `src` to `dst` without registers.

* `dst`: shared memory, shape (M, N), dtype of `src`.
* `src`, `other`: global memory.

Wrong: dst not in shared memory [copy-async-space]; misaligned src [copy-async-alignment].

Needs compute capability 8.0. Source: PTX ISA, "cp.async".\
"""),
    )


def test_nothing():
    check(None, "")
    check("  \n\n ", "")


def test_one_sentence():
    check("Wait.", "Wait.")


def test_the_text_of_a_parameter():
    docstring = parse(DOC)
    assert docstring.of_parameter("dst") == "shared memory, shape (M, N), dtype of `src`."
    assert docstring.of_parameter("other") == "global memory."
    assert docstring.of_parameter("missing") == ""


@given(
    st.lists(st.sampled_from(["", " ", "  ", "\t", "a", "  b", "    c  ", "\td"]), min_size=1).map("\n".join)
)
def test_a_docstring_loses_its_indent_as_python_takes_it(text: str):
    assert without_indent(text) == inspect.cleandoc(text)
