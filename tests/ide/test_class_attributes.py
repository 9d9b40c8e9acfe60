"""Kernels that classes and their objects hold, in each feature."""

import pytest
from ide_case import HEADER, files, read, renamed
from weft.model.diagnostic import Span
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft_lsp.ide.call_hierarchy import incoming, outgoing, prepare
from weft_lsp.ide.code_lens import LensSettings, code_lenses
from weft_lsp.ide.complement import (
    own_completions,
    own_definition,
    own_hover,
    own_renamable,
    own_signature_help,
    own_target,
)
from weft_lsp.ide.completion import completions, leaves_names
from weft_lsp.ide.definition import definition
from weft_lsp.ide.highlight import highlights
from weft_lsp.ide.hover import hover
from weft_lsp.ide.inlay_hint import HintSettings, inlay_hints
from weft_lsp.ide.references import our_target, references
from weft_lsp.ide.semantic_tokens import semantic_tokens
from weft_lsp.ide.signature_help import signature_help

CLASS = """
def make(wide: int):
    @weft.kernel
    def made(x: Tensor[f32, M]):
        x[weft.index(x)] = wide

    return made


class Solver:
    @staticmethod
    @weft.kernel
    def step(x: Tensor[f32, M], value: f32):
        \"\"\"One step.\"\"\"
        x[weft.index(x)] = value

    def __init__(self, wide):
        self.held = make(wide)

    def run(self, x):
        self.step(x, 1.0)
        self.held(x)

    @classmethod
    def all(cls, x):
        cls.step[1, 32](x, value=2.0)


def main(x):
    Solver.step(x, 3.0)
    solver = Solver(4)
    solver.step(x, 4.0)
    Solver(5).held(x)
"""
LABEL = "step(x: Tensor[f32, M], value: f32)"


def marked(word: str) -> str:
    assert CLASS.count(word) == 1
    at = word.rindex("(") if "(" in word else len(word)
    return CLASS.replace(word, f"{word[:at]}$0{word[at:]}")


def line_of(text: str, offset: int) -> str:
    start, end = text.rfind("\n", 0, offset) + 1, text.find("\n", offset)
    return f"{text[start:offset]}>{text[offset:end]}".strip()


STEPS = ["self.step(x", "cls.step", "Solver.step(x", "solver.step(x"]


@pytest.mark.parametrize("word", STEPS)
def test_definition_and_hover(word: str):
    model, offset = read(marked(word))
    found = definition(model, offset)
    assert found and line_of(model.text, found.span.start) == "def >step(x: Tensor[f32, M], value: f32):"
    shown = hover(model, offset)
    assert shown and shown.markdown.startswith(f"```python\n{LABEL}\n```\nOne step.")
    assert "One thread for each of M" in shown.markdown


@pytest.mark.parametrize("word", ["self.held(x", "Solver(5).held(x"])
def test_what_an_object_holds(word: str):
    model, offset = read(marked(word))
    found = definition(model, offset)
    assert found and line_of(model.text, found.span.start) == "def >made(x: Tensor[f32, M]):"
    shown = hover(model, offset)
    assert shown and shown.markdown.startswith("```python\nmade(x: Tensor[f32, M])\n```")


@pytest.mark.parametrize("word", [*STEPS, "def step"])
def test_references_and_highlights(word: str):
    model, offset = read(marked(word))
    target = our_target(model, offset)
    assert target
    expected = [
        "def >step(x: Tensor[f32, M], value: f32):",
        "self.>step(x, 1.0)",
        "cls.>step[1, 32](x, value=2.0)",
        "Solver.>step(x, 3.0)",
        "solver.>step(x, 4.0)",
    ]
    found = references(target, [model], with_declaration=True)
    assert [line_of(model.text, each.span.start) for each in found] == expected
    found = references(target, [model], with_declaration=False)
    assert [line_of(model.text, each.span.start) for each in found] == expected[1:]
    places = highlights(model, offset) or ()
    assert [line_of(model.text, each.span.start) for each in places] == expected
    assert [each.is_write for each in places] == [True, False, False, False, False]


def test_rename():
    expected = CLASS.replace("def step", "def new").replace(".step", ".new")
    for word in (*STEPS, "def step"):
        assert renamed(marked(word)) == expected
    unknown = "\n\ndef other(thing):\n    thing.step()\n"
    assert renamed(marked("solver.step(x") + unknown) == (
        "`thing.step` in kernel.py may be another `step`: not every place of the name is known"
    )
    assert renamed(CLASS.replace("value=2.0", "val$0ue=2.0")) == CLASS.replace(
        "value: f32", "new: f32"
    ).replace("= value\n", "= new\n").replace("value=2.0", "new=2.0")


def test_signature_help():
    for call in ("self.step(x, ", "Solver.step(x, ", "solver.step(x, ", "cls.step[1, 32](x, "):
        model, offset = read(CLASS.replace(call, f"{call}$0"))
        found = signature_help(model, offset)
        assert found and found.signatures[0].label == LABEL and found.signatures[0].active == 1


def test_completion():
    for before, expected in (
        ("self.step(x, 1.0)", [f"step: {LABEL}", "held: made(x: Tensor[f32, M])"]),
        ("cls.step[1, 32](x, value=2.0)", [f"step: {LABEL}"]),
        ("Solver.step(x, 3.0)", [f"step: {LABEL}"]),
        ("solver.step(x, 4.0)", [f"step: {LABEL}", "held: made(x: Tensor[f32, M])"]),
    ):
        receiver = before.partition(".")[0]
        model, offset = read(CLASS.replace(before, f"{receiver}.$0"))
        found = completions(model, offset)
        assert [f"{each.name}: {each.detail}" for each in found or ()] == expected
        # The other attributes are another server's, which offers these too.
        assert leaves_names(model, offset, found)
        assert own_completions(model, offset, with_snippets=False) is None


def test_completion_of_private_kernels():
    source = CLASS.replace("step", "_step").replace("solver._step(x, 4.0)", "solver.$0")
    model, offset = read(source)
    assert [each.name for each in completions(model, offset) or ()] == ["_step", "held"]


def test_a_kernel_whose_types_are_known_at_the_launch():
    source = CLASS.replace("wide: int", "wide, dtype").replace("made(x: Tensor[f32,", "made(x: Tensor[dtype,")
    model, offset = read(source.replace("self.held(x)", "self.held$0(x)"))
    shown = hover(model, offset)
    assert shown and shown.markdown == (
        "```python\nmade(x: Tensor[dtype, M])\n```\n\nThreads known at the launch."
    )


def test_inlay_hints_and_semantic_tokens():
    text = HEADER + CLASS
    model = Project(DIALECT).read("/project/kernel.py", text)
    shown = text
    settings = HintSettings(types=False, guards=False)
    for hint in reversed(inlay_hints(model, Span(0, len(text)), settings)):
        shown = f"{shown[: hint.offset]}‹{hint.label}›{shown[hint.offset :]}"
    lines = [line.strip() for line in shown.splitlines() if "‹" in line]
    assert lines == [
        "self.step‹[M threads]›(x, ‹value=›1.0)",
        "self.held‹[M threads]›(x)",
        "Solver.step‹[M threads]›(x, ‹value=›3.0)",
        "solver.step‹[M threads]›(x, ‹value=›4.0)",
        "Solver(5).held‹[M threads]›(x)",
    ]
    steps = [
        (token.kind, *token.modifiers)
        for token in semantic_tokens(model) or ()
        if text[token.span.start : token.span.end] == "step"
    ]
    assert steps == [("function", "declaration", "kernel")] + [("function", "kernel")] * 4


def test_lenses_and_calls():
    model, _ = read(CLASS + "$0")
    lenses = [each for each in code_lenses(model, LensSettings()) if each.kind == "references"]
    assert [each.name for each in lenses] == ["made", "step"]
    step = next(each for each in lenses if each.name == "step")
    item = prepare(model, step.span.start)
    assert item and item.qualified_name == "kernel.Solver.step"
    callers = incoming(item, [model])
    assert [(edge.item.qualified_name, len(edge.places)) for edge in callers] == [
        ("kernel.Solver.run", 1),
        ("kernel.Solver.all", 1),
        ("kernel.main", 2),
    ]
    called = outgoing(callers[0].item, model)
    assert [edge.item.name for edge in called] == ["step", "made"]


def test_another_file():
    user = "import kernels\nfrom kernels import Solver as S\n\n\ndef f(x):\n    kernels.Solver.step(x, 1.0)\n    S(3).step(x, 2.0)\n"
    source = HEADER + marked("def step")
    with files({"kernels.py": source, "user.py": user}) as (models, offset):
        target = our_target(models[0], offset)
        assert target
        found = references(target, [models[1]], with_declaration=False)
        text = models[1].text
        assert [line_of(text, each.span.start) for each in found] == [
            "kernels.Solver.>step(x, 1.0)",
            "S(3).>step(x, 2.0)",
        ]
        place = definition(models[1], text.index("step(x, 1.0"))
        assert place and place.path == models[0].path
        assert line_of(models[0].text, place.span.start).startswith("def >step(")


def test_a_definition_after_edits_above():
    project = Project(DIALECT)
    text = HEADER + CLASS
    for above in ("", "A = 1\n", "A = 1\nB = 2\n", "\n"):
        now = text.replace("\n\ndef make", f"\n{above}\ndef make")
        model = project.read("/project/kernel.py", now)
        for word, name in (("solver.step", "step"), ("self.held(x", "made")):
            found = definition(model, now.index(word) + len(word.partition("(")[0]))
            assert found and found.span.start == now.index(f"def {name}") + 4


def test_beside_another_server():
    """As with plain names: it finds declarations and knows attributes; a kernel's signature, and its keywords, are ours."""
    model, offset = read(marked("solver.step(x"))
    target = our_target(model, offset)
    assert target
    assert own_definition(model, offset) is None
    assert own_target(model, offset, target) is None or own_target(model, offset, target) == target
    assert own_renamable(model, offset, target) is None
    shown = own_hover(model, offset)
    assert shown and LABEL in shown.markdown
    model, offset = read(CLASS.replace("cls.step[1, 32](x, value=2.0)", "cls.step[1, 32](x, val$0ue=2.0)"))
    target = our_target(model, offset)
    assert target
    assert own_definition(model, offset) is not None
    assert own_renamable(model, offset, target) == target
    model, offset = read(CLASS.replace("solver.step(x, 4.0)", "solver.step($0x, 4.0)"))
    assert own_signature_help(model, offset) is not None
