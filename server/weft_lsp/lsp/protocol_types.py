"""`lsprotocol.types`, without what attrs writes and compiles for each of its 550 classes when the module is loaded.

That is most of the time that the server took to start. Here all classes share one way to make an instance, by the table of their
fields; a class of which many instances are made, and one that attrs itself is asked about, is completed by attrs then.
`weft_lsp.lsp` loads this before anything that imports lsprotocol.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import attrs

_PENDING = "__attrs_attrs__"
REQUIRED: Any = attrs.NOTHING
# Compiling what makes instances of a class takes as long as making so many without it.
_MADE_SLOWLY = 32


class Field:
    """What is said of a field of a class that is not completed: a default, and a function that refuses wrong values."""

    __slots__ = ("default", "name", "validator")

    name: str

    def __init__(
        self, *, default: Any = REQUIRED, validator: Callable[[Any, Any, Any], object] | None = None
    ) -> None:
        self.default = default
        self.validator = validator

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


class _Fields:
    """Stands for the fields that attrs knows of a class that is not completed yet."""

    def __get__(self, instance: object, owner: type) -> object:
        _complete(owner)
        return owner.__dict__.get(_PENDING)


@cache
def fields_of(declared: type) -> Mapping[str, Field]:
    """The fields of a class of the protocol, completed or not, or of another one that attrs made."""
    if isinstance(vars(declared).get(_PENDING), _Fields):
        said = {name: vars(declared).get(name, REQUIRED) for name in declared.__annotations__}
        return {name: each if isinstance(each, Field) else Field(default=each) for name, each in said.items()}
    return {each.name: Field(default=each.default) for each in attrs.fields(declared)}


def _is_equal(self: object, other: object) -> bool:
    return vars(self) == vars(other) if other.__class__ is self.__class__ else NotImplemented


def _shown(self: object) -> str:
    return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


# What attrs would write and compile for each class anew.
_SHARED: dict[str, Any] = {"__repr__": _shown, "__eq__": _is_equal, "__hash__": None}


def _later(declared: type) -> type:
    """`attrs.define`, put off."""
    left = _MADE_SLOWLY

    def make(self: object, *arguments: object, **keywords: object) -> None:
        nonlocal left
        left -= 1
        fields = fields_of(declared)
        given = dict(zip(fields, arguments, strict=False)) | keywords
        values = {name: given.get(name, field.default) for name, field in fields.items()}
        # What does not fit is refused by attrs, as Python does.
        fits = len(given) == len(arguments) + len(keywords) and given.keys() <= fields.keys()
        if left < 0 or not fits or REQUIRED in values.values():
            _complete(declared)
            declared.__init__(self, *arguments, **keywords)
            return
        vars(self).update(values)
        for name, field in fields.items():
            if field.validator is not None:
                field.validator(self, field, values[name])

    for name, function in _SHARED.items():
        if name not in vars(declared):
            setattr(declared, name, function)
    setattr(declared, _PENDING, _Fields())
    declared.__init__ = make
    return declared


def _complete(declared: type) -> None:
    fields = fields_of(declared)
    if isinstance(declared.__dict__.get(_PENDING), _Fields):
        delattr(declared, _PENDING)
        delattr(declared, "__init__")
        for name, field in fields.items():
            setattr(declared, name, attrs.field(default=field.default, validator=field.validator))
        # Without slots the class stays the same object, which annotations and tables already refer to.
        attrs.define(declared, slots=False, eq=False, repr=False)
        attrs.resolve_types(declared, _NAMES, {})


def _load() -> None:
    define, field = attrs.define, attrs.field
    attrs.define = _later  # pyright: ignore[reportAttributeAccessIssue]
    attrs.field = Field  # pyright: ignore[reportAttributeAccessIssue]
    try:
        import_module("lsprotocol.types")
    finally:
        attrs.define, attrs.field = define, field


_load()
from lsprotocol import types

# attrs adds names to the table that it looks annotations up in.
_NAMES = dict(types.ALL_TYPES_MAP)
