"""Code lenses, call hierarchy, selection ranges, folds and links."""

from pathlib import Path

import pytest
from ide_case import HEADER, files, in_kernel, read
from weft.cli.rule import documentation
from weft.lint.codes import CODES
from weft.model.model import Model
from weft_lsp.ide.call_hierarchy import CallEdge, incoming, outgoing, prepare
from weft_lsp.ide.code_lens import LensSettings, code_lenses
from weft_lsp.ide.document_link import document_links
from weft_lsp.ide.folding_range import folds
from weft_lsp.ide.rule_page import page_of
from weft_lsp.ide.selection_range import selection_ranges

FUNCTION = """
@weft.function
def twice(a: f32):
    return 2.0 * a
"""
LAUNCH = """

def main(x):
    scale(1.0, x)
    scale[1, (8, 8)](2.0, x)
"""
SOURCE = FUNCTION + in_kernel("x[i, j] = twice(alpha) + twice(1.0)") + LAUNCH


def test_code_lenses():
    model, _ = read(SOURCE + "$0")
    assert [(lens.kind, lens.name, lens.title) for lens in code_lenses(model, LensSettings())] == [
        ("references", "twice", ""),
        ("references", "scale", ""),
        ("run", "scale", "Run on the CPU"),
        ("resources", "scale", "one thread for each of (M, N) · block chosen at launch"),
    ]
    off = LensSettings(references=False, run=False, resources=False)
    assert code_lenses(model, off) == ()


def shown(model: Model, edges: tuple[CallEdge, ...]) -> list[str]:
    """`kind name: the text at each place`; the texts are those of the model."""
    return [
        f"{edge.item.kind} {edge.item.name}: {[model.text[place.start : place.end] for place in edge.places]}"
        for edge in edges
    ]


def test_calls_of_and_from_a_kernel():
    model, offset = read(SOURCE.replace("def scale", "def sca$0le"))
    item = prepare(model, offset)
    assert item and (item.name, item.kind) == ("scale", "kernel")
    assert shown(model, outgoing(item, model)) == ["function twice: ['twice', 'twice']"]
    assert shown(model, incoming(item, [model])) == ["function main: ['scale', 'scale']"]


def test_calls_of_a_device_function():
    model, offset = read(SOURCE.replace("def twice", "def twi$0ce"))
    item = prepare(model, offset)
    assert item
    assert shown(model, incoming(item, [model])) == ["kernel scale: ['twice', 'twice']"]


def test_calls_from_another_file_and_from_its_own_statements():
    kernels = HEADER + SOURCE.replace("def scale", "def sca$0le")
    user = "import kernels\n\nkernels.scale(1.0, None)\n"
    with files({"kernels.py": kernels, "user.py": user}) as (models, offset):
        item = prepare(models[0], offset)
        assert item
        assert shown(models[1], incoming(item, models[1:])) == ["module user.py: ['scale']"]


def test_operations_of_the_language_are_not_calls_of_the_user():
    model, offset = read(in_kernel("weft.bar$0rier()"))
    assert prepare(model, offset) is None


def test_a_selection_grows_from_the_name_to_the_file():
    model, offset = read(in_kernel("x[i, j] = alp$0ha * 2.0"))
    found = selection_ranges(model, offset)
    assert found
    texts = [model.text[span.start : span.end] for span in found]
    assert texts[:3] == ["alpha", "alpha * 2.0", "x[i, j] = alpha * 2.0"]
    assert texts[3].startswith("def scale") and texts[-1] == model.text


def test_folds():
    model, _ = read(in_kernel("for k in range(3):\n        x[i, j] = (\n            alpha\n        )") + "$0")
    lines = model.text.split("\n")
    assert folds(model) is not None
    assert [
        (lines[fold.first].strip(), lines[fold.last].strip(), fold.kind) for fold in folds(model) or ()
    ] == [
        ("import weft", "from weft.dims import M, N", "imports"),
        ("def scale(alpha: f32, x: Tensor[f32, M, N]):", ")", ""),
        ("for k in range(3):", ")", ""),
    ]


def test_codes_in_comments_lead_to_their_page():
    model, _ = read("x = 1  # weft: ignore[race, unknown-name, no-such-code]\n$0")
    found = document_links(model)
    assert [(link.code, Path(link.page).name) for link in found] == [
        ("race", "race.py"),
        ("unknown-name", "unknown-name.md"),
    ]
    assert [model.text[link.span.start : link.span.end] for link in found] == ["race", "unknown-name"]


@pytest.mark.parametrize("comment", ["ignore", "ignore-file", "ignore-block"])
def test_each_way_to_suppress_has_its_links(comment: str):
    model, _ = read(f"# weft: {comment}[race]\n$0")
    assert [link.code for link in document_links(model)] == ["race"]


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_a_code_begins_with_what_weft_rule_shows(code: str):
    page = page_of(code)
    assert page
    text = (
        Path(page).read_text(encoding="utf-8").removeprefix('"""').replace("```python right\n", "```python\n")
    )
    assert text.startswith(documentation(code))
