"""What a kernel becomes on its way to the machine, as text with the source line of each line."""

from collections.abc import Sequence
from typing import Literal

from weft.backends.python import Emitted
from weft.backends.source_lines import line_of
from weft.model.ir import Kernel
from weft.records import record

StageName = Literal["model", "python", "llvm", "asm", "ptx", "sass"]
Language = Literal["weft", "python", "llvm", "asm", "ptx", "sass"]


@record
class Stage:
    """One form of a kernel. `lines` has, for each line of `text`, its line of the source, from 1; None where it has none."""

    name: StageName
    language: Language
    text: str
    lines: tuple[int | None, ...]

    def at(self, line: int) -> tuple[str, ...]:
        """What one line of the source, counted from 1, became."""
        texts = self.text.split("\n")
        return tuple(text for text, source in zip(texts, self.lines, strict=True) if source == line)


@record
class Resources:
    """What a kernel takes of the machine: registers and spilled bytes of a thread, shared bytes of a block; None where
    the target has no such thing."""

    registers: int | None
    spill_bytes: int | None
    shared_bytes: int


@record
class Staged:
    """What a back end made for `weft.inspect`. `notices`: what it could not make, and what to do."""

    stages: tuple[Stage, ...]
    resources: Resources
    notices: tuple[str, ...] = ()


def stage(name: StageName, language: Language, placed: Sequence[tuple[str, int | None]]) -> Stage:
    """A stage of lines that each have their place; blank lines at its ends go."""
    shown = list(placed)
    while shown and not shown[-1][0].strip():
        shown.pop()
    while shown and not shown[0][0].strip():
        shown.pop(0)
    return Stage(name, language, "\n".join(text for text, _ in shown), tuple(line for _, line in shown))


def python_stage(kernel: Kernel, emitted: Emitted) -> Stage:
    """The generated Python."""
    return stage(
        "python",
        "python",
        [
            (line.text, None if line.offset is None else line_of(kernel, line.offset))
            for line in emitted.lines
        ],
    )
