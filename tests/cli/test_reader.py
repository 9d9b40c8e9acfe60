"""Files that were read leave nothing behind that only a search for cycles would find, and are read for findings alone."""

import gc
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from weft.cli.reader import Reader
from weft.cli.sources import Entry, Source, entries
from weft.lint.findings import check_all
from weft.model.project import Project
from weft.ops.dialect import DIALECT

EXAMPLES = Path(__file__).parents[2] / "examples"


def read(files: Sequence[Entry]) -> None:
    reader = Reader((str(EXAMPLES),))
    for entry in files:
        reader.read(entry)


def test_what_was_read_of_a_file_is_freed_at_once():
    files = [entry for entry in entries([str(EXAMPLES)]) if isinstance(entry, Entry)]
    read(files)  # and with it load and learn once what is for all
    gc.collect()
    gc.freeze()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        read(files)
        gc.collect()
        left = Counter(type(one).__name__ for one in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
        gc.unfreeze()
    assert not left, f"{sys.version}: {left.most_common(10)}"


def test_a_file_may_be_read_again_after_it_was_let_go():
    text = (
        "import weft\nfrom weft import Tensor, f32\nfrom weft.dims import N\n\n\n"
        "@weft.function\ndef twice(x: f32) -> f32:\n    return 2 * x\n\n\n"
        "@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index(x)\n    x[i] = twice(x[i])\n"
    )
    reader = Reader(())
    for number in range(3):
        found = reader.findings(Source("k.py", f"{text}    x[i] = twice(gone_{number})\n"), ())
        assert [one.code for one in found.shown] == ["unknown-name"]


def test_what_host_code_stands_for_is_noted_for_an_editor_alone_and_findings_are_the_same():
    path = EXAMPLES / "mistakes.py"
    text = path.read_text()
    model = Project(DIALECT, [str(EXAMPLES)]).read(str(path), text)
    name = text.index("scale(2.0, x)")
    assert model.fact_at(name) is not None
    reader = Reader((str(EXAMPLES),))
    assert reader.findings(Source(str(path), text), ()) == check_all(model)
    assert reader.project.read(str(path), text).fact_at(name) is None
