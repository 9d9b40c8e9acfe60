"""What reading a live function looks at: names in its scopes, and attributes of modules."""

import enum
import linecache
from importlib import import_module
from types import FunctionType, ModuleType

from weft.records import record


@record
class Observation:
    """A name that was looked up. owner: `module.qualname` of the function in whose scope, or the name of a module."""

    owner: str
    name: str


class Absent:
    """Where a name stands for nothing."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


def look(owner: FunctionType | ModuleType, name: str) -> object:
    """What a name stands for: in a function's closure and globals, or in a module; `ABSENT` where nothing."""
    if isinstance(owner, ModuleType):
        return getattr(owner, name, ABSENT)
    closure = dict(zip(owner.__code__.co_freevars, owner.__closure__ or (), strict=False))
    if name in closure:
        try:
            return closure[name].cell_contents
        except ValueError:
            # The enclosing function has not bound the name yet.
            return ABSENT
    return owner.__globals__.get(name, ABSENT)


def names_of(value: object) -> tuple[str, ...]:
    """The names of what a value is made of, where it cannot change: a frozen dataclass, the member of an enum."""
    if isinstance(value, enum.Enum):
        return () if isinstance(value, int) else ("name", "value")
    parameters = getattr(type(value), "__dataclass_params__", None)
    if isinstance(value, type) or parameters is None or not parameters.frozen:
        return ()
    # Loaded, since a class is one, and by few programs else.
    return tuple(field.name for field in import_module("dataclasses").fields(value))


def class_constants(kind: type) -> dict[str, object]:
    """The plain values that the body of a class gives names to."""
    return {
        name: value
        for name, value in vars(kind).items()
        if not name.startswith("_") and isinstance(value, (bool, int, float, str, tuple, enum.Enum))
    }


def source_of(function: FunctionType) -> str | None:
    """The text of the file (or notebook cell) that a function was defined in."""
    lines = linecache.getlines(function.__code__.co_filename, function.__globals__)
    return "".join(lines) or None
