"""`lsprotocol.types`, with each class completed when it is first used.

The module has some 550 classes with 1,600 fields, and attrs writes and compiles methods for each of them: most of the time that
the server took to start. A session uses a few dozen. Here a class waits with stand-ins, for its fields too: making an instance
completes the class, and so does asking for its fields, as the converter does. `weft_lsp.lsp` loads this before anything that
imports lsprotocol.
"""

from importlib import import_module
from typing import Any

import attrs

_PENDING = "__attrs_attrs__"


class _Fields:
    """Stands for the fields of a class that is not completed yet."""

    def __get__(self, instance: object, owner: type) -> object:
        _complete(owner)
        return owner.__dict__.get(_PENDING)


class _Field:
    """Stands for a field of a class that is not completed yet."""

    __slots__ = ("given",)

    def __init__(self, **given: Any) -> None:
        self.given = given


def _is_equal(self: object, other: object) -> bool:
    return vars(self) == vars(other) if other.__class__ is self.__class__ else NotImplemented


def _shown(self: object) -> str:
    return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


# What attrs would write and compile for each class anew: half of the time that the first answers took.
_SHARED: dict[str, Any] = {"__repr__": _shown, "__eq__": _is_equal, "__hash__": None}


def _later(declared: type) -> type:
    """`attrs.define`, put off."""

    def complete_and_make(self: object, *arguments: object, **keywords: object) -> None:
        _complete(declared)
        declared.__init__(self, *arguments, **keywords)

    setattr(declared, _PENDING, _Fields())
    declared.__init__ = complete_and_make
    return declared


def _complete(declared: type) -> None:
    if isinstance(declared.__dict__.get(_PENDING), _Fields):
        delattr(declared, _PENDING)
        delattr(declared, "__init__")
        for name, value in [*vars(declared).items()]:
            if isinstance(value, _Field):
                setattr(declared, name, attrs.field(**value.given))
        for name, function in _SHARED.items():
            if name not in vars(declared):
                setattr(declared, name, function)
        # Without slots the class stays the same object, which annotations and tables already refer to.
        attrs.define(declared, slots=False, eq=False, repr=False)
        attrs.resolve_types(declared, _NAMES, {})


def _load() -> None:
    define, field = attrs.define, attrs.field
    attrs.define = _later  # pyright: ignore[reportAttributeAccessIssue]
    attrs.field = _Field  # pyright: ignore[reportAttributeAccessIssue]
    try:
        import_module("lsprotocol.types")
    finally:
        attrs.define, attrs.field = define, field


_load()
from lsprotocol import types

# attrs adds names to the table that it looks annotations up in.
_NAMES = dict(types.ALL_TYPES_MAP)
