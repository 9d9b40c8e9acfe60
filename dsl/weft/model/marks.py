"""Where the reading of a kernel goes on after an edit: what stands above the edit was read before, and is not read again.

What a reader knows before a statement of the kernel's own body follows from the text above that statement, from what the
names in it stand for, and from a few traits of the whole function. The state before the statement that is being edited is
noted; while all that stays the same, the next version of the kernel is read from there.
"""

from collections.abc import Mapping

from weft.model.ir import Parameter
from weft.model.library import Library
from weft.model.prove import Known
from weft.model.source import common_start
from weft.model.text import ModuleText, Scope
from weft.model.trace.branches import may_return
from weft.model.trace.statements import statements
from weft.model.trace.tracer import Tracer
from weft.model.values import Binding, Definition
from weft.records import record

# The kernels whose last version is remembered, and the places in each: people type in one kernel, at few places.
_MOST_KERNELS = 32
_MOST_MARKS = 3
# What a reader is given with each version.
_GIVEN = frozenset(
    {
        "library",
        "dialect",
        "inline",
        "run",
        "is_kernel",
        "has_facts",
        "closures",
        "frames",
        "frame",
        "lookups",
    }
)

# What else than the text above it the state at a place follows from.
Traits = tuple[object, ...]


@record(eq=False)
class Mark:
    """The state before the statement with this index, which starts at this offset of the block."""

    index: int
    start: int
    parameters: tuple[Parameter, ...]
    lookups: Mapping[tuple[str, str], tuple[Scope, Binding]]
    state: Mapping[str, object]
    frame: Mapping[str, Mapping[str, object]]


@record(eq=False)
class Version:
    """A function as it was read last."""

    text: str
    traits: Traits
    marks: tuple[Mark, ...] = ()


class Marks:
    """Where the reading of one version of a function may begin, and which place it notes for the next version."""

    def __init__(self, definition: Definition, traits: Traits, before: Version | None) -> None:
        self._definition = definition
        self._traits = traits
        self._found: tuple[Mark, ...] = ()
        # The statement that was edited, with its offset.
        self._edited: tuple[int, int] | None = None
        if before is not None:
            edit = common_start(before.text, definition.block.text)
            self._edited = self._statement_at(edit)
            if before.traits == traits:
                self._found = tuple(mark for mark in before.marks if self._stands(mark, edit))

    @property
    def version(self) -> Version:
        return Version(self._definition.block.text, self._traits, self._found[-_MOST_MARKS:])

    def leave_what_holds(self, library: Library, module: ModuleText) -> None:
        """Drop the places above which a name stands for something else by now."""
        self._found = tuple(mark for mark in self._found if library.holds(_looked_up(mark), module))

    def resume(self, t: Tracer) -> Mark | None:
        """Give a reader the state of the last place; None where it has to begin at the start."""
        if not self._found:
            return None
        mark = self._found[-1]
        vars(t).update({name: _copied(value) for name, value in mark.state.items()})
        t.lookups.update(mark.lookups)
        for name, value in mark.frame.items():
            setattr(t.frame, name, dict(value))
        return mark

    def read(self, t: Tracer, first: int, parameters: tuple[Parameter, ...]) -> None:
        """Read the body from the statement with this index on, and note the state before the edited one."""
        body = self._definition.node.body
        if self._edited is not None and (self._edited[0] > first or not self._found):
            index, start = self._edited
            if statements(t, body[first:index]).leaves:
                return
            state = {name: _copied(value) for name, value in vars(t).items() if name not in _GIVEN}
            names = {"env": dict(t.frame.env), "symbols": dict(t.frame.symbols)}
            self._found = (*self._found, Mark(index, start, parameters, dict(t.lookups), state, names))
            first = index
        statements(t, body[first:])

    def _statement_at(self, offset: int) -> tuple[int, int] | None:
        """The last statement that starts at or above an offset, and before which the state tells all."""
        found = None
        for index, node in enumerate(self._definition.node.body):
            start = self._definition.block.span(node).start
            if start > offset or not self._is_as_written(start):
                break
            found = (index, start)
            # What follows a return in a branch is read with the branch.
            if may_return(node):
                break
        return found

    def _stands(self, mark: Mark, edit: int) -> bool:
        """Whether the text above a place is what it was, and a statement still starts there."""
        block, body = self._definition.block, self._definition.node.body
        return (
            mark.start <= edit
            and mark.index < len(body)
            and block.span(body[mark.index]).start == mark.start
            and self._is_as_written(mark.start)
        )

    def _is_as_written(self, offset: int) -> bool:
        """Whether the text above an offset was parsed as it stands."""
        block = self._definition.block
        return not block.mended or min(block.mended) >= block.lines.line_of(offset)


class Versions:
    """The functions that were read lately, as they were then."""

    def __init__(self) -> None:
        self._kept: dict[str, Version] = {}

    def marks(self, definition: Definition, traits: Traits) -> Marks:
        return Marks(definition, traits, self._kept.get(definition.qualified_name))

    def keep(self, definition: Definition, version: Version) -> None:
        key = definition.qualified_name
        self._kept.pop(key, None)
        self._kept[key] = version
        if len(self._kept) > _MOST_KERNELS:
            del self._kept[next(iter(self._kept))]


def _looked_up(mark: Mark) -> list[tuple[Scope, str, Binding]]:
    return [(scope, name, binding) for (_, name), (scope, binding) in mark.lookups.items()]


def _copied(value: object) -> object:
    """A value of the state of its own: what is in it never changes, but for the lists of a list."""
    match value:
        case dict():
            return dict(value)
        case list():
            return [list(each) if isinstance(each, list) else each for each in value]
        case set():
            return set(value)
        case Known():
            return value.copy()
        case _:
            return value
