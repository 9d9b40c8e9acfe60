"""What the front end said of a live kernel, kept on disk from one process to the next.

A kernel without errors is kept as its IR, beside everything that the front end looked at: the text of its file, and each
name and attribute with what it stood for. All of that is looked at again before the IR is used; whatever is different,
or cannot be compared, is read anew.
"""

import enum
import hashlib
import pickle
import sys
from collections.abc import Iterable
from types import BuiltinFunctionType, FunctionType, ModuleType

from weft.backends import cache as disk
from weft.layout import Layout
from weft.model.ir import Kernel
from weft.model.observed import ABSENT, Observation, class_constants, look, names_of, source_of
from weft.records import record

# Kernels of one text that differ in what their names stand for, as a function that makes kernels makes them.
_MOST_VARIANTS = 16


@record
class Variant:
    """One reading: what was looked at, each with its digest, and the name under which the IR is kept."""

    observed: tuple[tuple[Observation, str], ...]
    ir: str


def recall(function: FunctionType) -> Kernel | None:
    """The checked IR of a function that was read before, if all is as it was."""
    name = _name(function)
    for variant in _variants(name) if name else ():
        if _holds(function, variant):
            payload = disk.read(variant.ir)
            kernel = None if payload is None else _unpickled(payload)
            if isinstance(kernel, Kernel):
                return kernel
    return None


def remember(function: FunctionType, kernel: Kernel, observed: Iterable[Observation]) -> None:
    """Keep the checked IR of a function, unless something that it depends on cannot be compared later."""
    name = _name(function)
    found = _digests(function, observed)
    if name is None or found is None:
        return
    variant = Variant(found, disk.key("ir", name, repr(found)))
    disk.write(variant.ir, pickle.dumps(kernel, pickle.HIGHEST_PROTOCOL))
    others = [other for other in _variants(name) if other.observed != variant.observed]
    disk.write(name, pickle.dumps([variant, *others][:_MOST_VARIANTS], pickle.HIGHEST_PROTOCOL))


def _name(function: FunctionType) -> str | None:
    text = source_of(function)
    if text is None:
        return None
    code = function.__code__
    place = (code.co_filename, function.__module__, function.__qualname__, str(code.co_firstlineno))
    return disk.key("front end", disk.language(), text, *place)


def _variants(name: str) -> list[Variant]:
    payload = disk.read(name)
    found = None if payload is None else _unpickled(payload)
    return [one for one in found if isinstance(one, Variant)] if isinstance(found, list) else []


def _unpickled(payload: bytes) -> object:
    """The cache is as trusted as the machine code in it. Another version's classes are no reason to fail."""
    try:
        return pickle.loads(payload)
    except (pickle.UnpicklingError, AttributeError, ImportError, IndexError, EOFError, TypeError, ValueError):
        return None


def _holds(function: FunctionType, variant: Variant) -> bool:
    found = _digests(function, [observation for observation, _ in variant.observed])
    return found == variant.observed


def _digests(
    function: FunctionType, observed: Iterable[Observation]
) -> tuple[tuple[Observation, str], ...] | None:
    """What each observed name stands for now; None where that cannot be said in a comparable way."""
    functions = {_scope(function): function}
    found: list[tuple[Observation, str]] = []
    for observation in observed:
        owner = functions.get(observation.owner) or sys.modules.get(observation.owner)
        value = ABSENT if owner is None else look(owner, observation.name)
        digest = _digest(value)
        if digest is None:
            return None
        marked = getattr(value, "python_function", None)
        if isinstance(marked, FunctionType) and functions.setdefault(_scope(marked), marked) is not marked:
            return None
        found.append((observation, digest))
    return tuple(found)


def _scope(function: FunctionType) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _digest(value: object) -> str | None:
    """A text that is the same if, and only if, the front end would see the same."""
    if isinstance(value, enum.Enum) and isinstance(value, int):
        return f"enum {int(value)}"
    if value is None or type(value) in (bool, int, float, str, Layout) or value is ABSENT:
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, tuple):
        parts = [_digest(item) for item in value]
        names = getattr(value, "_fields", "")
        return None if None in parts else f"{names}({', '.join(map(str, parts))})"
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    marked = getattr(value, "python_function", None)
    if isinstance(marked, FunctionType):
        return _function_digest(value, marked)
    if isinstance(value, type):
        return _class_digest(value)
    if isinstance(value, FunctionType | BuiltinFunctionType):
        return f"function {value.__module__}.{value.__qualname__}"
    if type(value).__module__.startswith("weft.") and isinstance(getattr(value, "name", None), str):
        return f"{type(value).__qualname__} {getattr(value, 'name', '')}"
    names = names_of(value)
    if names:
        parts = [_digest(getattr(value, name)) for name in names]
        return None if None in parts else f"{type(value).__qualname__} {names} {parts}"
    return _scalar_digest(value)


def _class_digest(kind: type) -> str | None:
    bases = [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__]
    constants = {name: _digest(value) for name, value in class_constants(kind).items()}
    return None if None in constants.values() else f"class {bases} {constants}"


def _function_digest(value: object, function: FunctionType) -> str | None:
    text = source_of(function)
    if text is None:
        return None
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{type(value).__qualname__} {_scope(function)} {function.__code__.co_firstlineno} {digest}"


def _scalar_digest(value: object) -> str | None:
    """A number of NumPy's."""
    item = getattr(value, "item", None)
    if getattr(value, "shape", None) != () or not callable(item):
        return None
    return f"{type(value).__module__}.{type(value).__qualname__} {item()!r}"
