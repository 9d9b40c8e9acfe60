"""Source text with the mark `$0` for the cursor, read into a Model."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from textwrap import dedent

from weft.model.diagnostic import Span
from weft.model.model import Model
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft_lsp.ide.rename import RenameError, renamable_target, rename

PATH = "/project/kernel.py"
HEADER = """\
import weft
from weft import Tensor, f32
from weft.dims import M, N
"""
KERNEL = """
@weft.kernel
def scale(alpha: f32, x: Tensor[f32, M, N]):
    i, j = weft.index(x)
"""


def read(source: str) -> tuple[Model, int]:
    """The Model of a source, below the imports that every kernel file has, and the offset of the mark."""
    marked = HEADER + dedent(source)
    offset = marked.index("$0")
    return Project(DIALECT).read(PATH, marked.replace("$0", "")), offset


def read_selected(source: str) -> tuple[Model, Span]:
    """As `read`; what is selected stands between two marks."""
    before, inside, after = (HEADER + dedent(source)).split("$0")
    return Project(DIALECT).read(PATH, before + inside + after), Span(len(before), len(before + inside))


def renamed(source: str) -> str:
    """The source after the name at the mark has become `new`, or why it cannot."""
    model, offset = read(source)
    try:
        target = renamable_target(model, offset)
        assert target
        (edits,) = rename(target, "new", [model])
    except RenameError as error:
        return str(error)
    text = model.text
    for edit in reversed(edits.edits):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text.removeprefix(HEADER)


def in_kernel(line: str) -> str:
    """A source whose kernel ends with the line."""
    return f"{KERNEL}    {line}\n"


@contextmanager
def files(texts: dict[str, str]) -> Iterator[tuple[list[Model], int]]:
    """The Models of files in one folder, in their order, and the offset of the mark, which is in the first."""
    with TemporaryDirectory() as folder:
        paths = {os.path.join(folder, name): text for name, text in texts.items()}
        for path, text in paths.items():
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace("$0", ""))
        project = Project(DIALECT, [folder])
        models = [project.read(path, text.replace("$0", "")) for path, text in paths.items()]
        yield models, next(iter(texts.values())).index("$0")
