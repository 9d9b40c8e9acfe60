"""After an edit a kernel is read from the edited statement on, and what is known of it is what a fresh reading finds."""

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from weft.model import marks
from weft.model.kernel import Analysis
from weft.model.model import Model
from weft.model.project import Project
from weft.model.trace.statements import statements
from weft.ops.dialect import DIALECT

EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*.py"))
# Kernels of unrolled matrix instructions take most of a second to read.
EDITS, EDITS_OF_LARGE = 12, 3
PIECES = (
    "x", ".", "(", ")", "[0]", ":", "\n    ", "1", " + 1", "weft.", "for k in range(4):\n        ", "if x:\n        return\n",
    "weft.barrier()", "q = 2\n    ", "q += 1.5\n    ", '"', "'''", "#", "é", "\t", " return ", "while x < 3: x += 1\n    ",
)  # fmt: skip

SCALE = """\
import weft
from weft import Tensor, f32
from weft.dims import N

FACTOR = 2


@weft.function
def twice(a: f32):
    return FACTOR * a


@weft.kernel
def scale(x: Tensor[f32, N]):
    i = weft.index(x)
    first = twice(x[i])
    total = f32(0)
    for k in range(3):
        total += first
    x[i] = total
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_random_edits_of_an_example(path: Path):
    rng = random.Random(3)
    text = original = path.read_text(encoding="utf-8")
    project = Project(DIALECT)
    place = original.index("@weft.kernel")
    for number in range(EDITS_OF_LARGE if "mma" in original else EDITS):
        model = project.read(str(path), text)
        same = known(model) == known(Project(DIALECT).read(str(path), text))
        # Without the values, of which a report would take minutes.
        assert same, f"after {number} edits: {text}"
        if number % 4 == 0:
            text, place = original, rng.randrange(original.index("@weft.kernel"), len(original))
        place = min(max(0, place + rng.randrange(-3, 12)), len(text))
        gone = rng.choice((0, 0, 0, 1, 5))
        text = text[:place] + rng.choice(PIECES) + text[place + gone :]


def test_reads_from_the_edited_statement_on(monkeypatch: pytest.MonkeyPatch):
    read: list[int] = []

    def counted(t: Any, body: Sequence[Any]) -> Any:
        read.append(len(body))
        return statements(t, body)

    monkeypatch.setattr(marks, "statements", counted)
    project = Project(DIALECT)
    versions = [SCALE, *(SCALE.replace("range(3)", f"range({number})") for number in (4, 5, 6))]
    made = [known(project.read("/kernels.py", text)) for text in versions]
    # All of it and `twice`; all of it, with the place noted; then the loop and what follows.
    assert read == [1, 5, 3, 2, 2, 2]
    assert len({repr(each) for each in made}) == 4


def test_what_a_name_above_stands_for_has_changed():
    project = Project(DIALECT)
    for number in (4, 5, 6):
        assert known(project.read("/kernels.py", SCALE.replace("range(3)", f"range({number})")))
    text = SCALE.replace("range(3)", "range(7)").replace("FACTOR = 2", "FACTOR = 3.5")
    assert known(project.read("/kernels.py", text)) == known(Project(DIALECT).read("/kernels.py", text))


def known(model: Model) -> Sequence[object]:
    return [(start, *parts(kernel)) for start, kernel in model.kernels()] + list(model.findings)


def parts(kernel: Analysis) -> tuple[object, ...]:
    """All that a reading finds."""
    return (
        kernel.name, kernel.span, kernel.parameters, kernel.ir, kernel.made, kernel.accesses, kernel.findings,
        kernel.shared_spans, kernel.domain_span, kernel.unknown, sorted(name for _, name, _ in kernel.lookups),
        [placeless(fact) for fact in kernel.facts], [placeless(call) for call in kernel.calls],
    )  # fmt: skip


def placeless(found: object) -> str:
    """Without where names of the file are declared, which is looked up when it is asked for."""
    return _PLACE.sub("", repr(found))


_PLACE = re.compile(r"path='[^']+', span=Span\(start=\d+, end=\d+\)|object at \w+")
