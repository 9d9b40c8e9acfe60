"""An inspection: what was made of a kernel, as data and, printed, as text."""

from collections.abc import Iterator

from weft.backends.stages import Resources, Stage
from weft.model.occupancy import Occupancy
from weft.records import record

_TITLES = {
    "model": "typed model",
    "python": "generated Python",
    "llvm": "LLVM IR",
    "asm": "assembly",
    "ptx": "PTX",
    "sass": "SASS",
}


@record
class Inspection:
    """What a kernel becomes on one target. Print it, or take a stage: `inspection["ptx"]`.

    stages: in the order in which they are made. resources, occupancy: None where the target has no such thing, or it
    could not be compiled here. notices: what could not be made, and what to do about it.
    """

    kernel: str
    target: str
    filename: str
    stages: tuple[Stage, ...]
    resources: Resources | None = None
    occupancy: Occupancy | None = None
    notices: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Stage:
        """The stage called `name`. Raises KeyError, which says what there is."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        made = ", ".join(stage.name for stage in self.stages)
        raise KeyError(f"no stage `{name}` was made; there are: {made}")

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def _lines(inspection: Inspection) -> Iterator[str]:
    """What the kernel takes, then each stage; before a line is the number of its source line, where that changes."""
    yield f"{inspection.kernel} for {inspection.target} ({inspection.filename})"
    if inspection.resources is not None:
        yield _taken(inspection.resources)
    if inspection.occupancy is not None:
        yield _occupancy(inspection.occupancy)
    for notice in inspection.notices:
        yield f"note: {notice}"
    for stage in inspection.stages:
        yield ""
        yield f"── {_TITLES[stage.name]} {'─' * (60 - len(_TITLES[stage.name]))}"
        yield from _numbered(stage)


def _taken(resources: Resources) -> str:
    parts = [f"{resources.shared_bytes:,} bytes of shared memory a block"]
    if resources.registers is not None:
        parts = [f"{resources.registers} registers a thread", _spilled(resources.spill_bytes), *parts]
    return ", ".join(parts)


def _spilled(spill_bytes: int | None) -> str:
    if spill_bytes is None:
        return "not known whether anything is spilled"
    return f"{spill_bytes:,} bytes spilled" if spill_bytes else "nothing spilled"


def _occupancy(found: Occupancy) -> str:
    share = f"{100 * found.warps // found.max_warps} %"
    return (
        f"occupancy {share}: {found.blocks_per_sm} blocks of {found.block_threads} threads on a multiprocessor, "
        f"{found.warps} of {found.max_warps} warps; limited by {found.limit}"
    )


def _numbered(stage: Stage) -> Iterator[str]:
    shown: int | None = None
    for text, line in zip(stage.text.split("\n"), stage.lines, strict=True):
        number = "" if line is None or line == shown else str(line)
        shown = line if line is not None else shown
        yield f"{number:>5} │ {text}".rstrip()
