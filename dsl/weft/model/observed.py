"""What reading a live function looks at: names in its scopes, and attributes of modules."""

import enum
import linecache
from importlib import import_module
from types import FunctionType, ModuleType

from weft.records import record


@record
class Observation:
    """A name that was looked up. owner: `module.qualname` of the function in whose scope, or the name of a module.

    name: `:x` is the annotation of the parameter `x`, `:x.1` what stands second in its brackets.
    """

    owner: str
    name: str


class Absent:
    """Where a name stands for nothing."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()
# Before the place of an annotation.
IN_SIGNATURE = ":"


def look(owner: FunctionType | ModuleType, name: str) -> object:
    """What a name stands for: in a function's closure and globals, or in a module; `ABSENT` where nothing."""
    if isinstance(owner, ModuleType):
        return getattr(owner, name, ABSENT)
    if name.startswith(IN_SIGNATURE):
        return _annotated(owner, name.removeprefix(IN_SIGNATURE))
    closure = dict(zip(owner.__code__.co_freevars, owner.__closure__ or (), strict=False))
    if name in closure:
        try:
            return closure[name].cell_contents
        except ValueError:
            # The enclosing function has not bound the name yet.
            return ABSENT
    return owner.__globals__.get(name, ABSENT)


def _annotated(function: FunctionType, place: str) -> object:
    """Python has evaluated it where the function is defined, with names that the function itself need not hold."""
    parameter, _, index = place.partition(".")
    try:
        value: object = function.__annotations__.get(parameter, ABSENT)
    except NameError:  # From Python 3.14 on it is evaluated here.
        return ABSENT
    if index:
        parts = getattr(value, "__args__", ())
        value = parts[int(index)] if int(index) < len(parts) else ABSENT
    return ABSENT if isinstance(value, str) else value


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
    """The plain values, kernels and device functions that the body of a class gives names to."""
    found = {name: getattr(value, "__func__", value) for name, value in vars(kind).items()}
    plain = (bool, int, float, str, tuple, enum.Enum)
    return {
        name: value
        for name, value in found.items()
        if isinstance(getattr(value, "python_function", None), FunctionType)
        or (not name.startswith("_") and isinstance(value, plain))
    }


def source_of(function: FunctionType) -> str | None:
    """The text of the file (or notebook cell) that a function was defined in."""
    lines = linecache.getlines(function.__code__.co_filename, function.__globals__)
    return "".join(lines) or None
