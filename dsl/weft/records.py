"""Values with named fields: what `dataclasses.dataclass(frozen=True, slots=True)` makes, made when it is needed.

The standard library compiles six functions for each class when its module is loaded. The front end has two hundred such
classes, and of most a run of the linter makes no value: that was a third of its time for one file. Here a class shares all
functions but `__init__`, which is compiled when the first value is made. `dataclasses.replace`, `fields` and `asdict` work.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, TypeVar, cast, dataclass_transform, overload
from weakref import ref

_T = TypeVar("_T")
_MISSING: Any = object()


class Field:
    """What is said of a field besides its type: its default, and where it is left out."""

    __slots__ = ("compare", "default", "default_factory", "repr")

    def __init__(self, default: Any, default_factory: Any, compare: bool, repr: bool) -> None:
        self.default = default
        self.default_factory = default_factory
        self.compare = compare
        self.repr = repr


@overload
def field(*, default: _T, compare: bool = True, repr: bool = True) -> _T: ...
@overload
def field(*, default_factory: Callable[[], _T], compare: bool = True, repr: bool = True) -> _T: ...
@overload
def field(*, compare: bool = True, repr: bool = True) -> Any: ...
def field(
    *, default: Any = _MISSING, default_factory: Any = _MISSING, compare: bool = True, repr: bool = True
) -> Any:
    """A field that is not compared, or not shown, or whose default is made anew for each value."""
    return Field(default, default_factory, compare, repr)


@overload
def record(cls: type[_T], /) -> type[_T]: ...
@overload
def record(
    *,
    eq: bool = True,
    order: bool = False,
    frozen: bool = True,
    slots: bool = True,
    unique: bool = False,
) -> Callable[[type[_T]], type[_T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(
    cls: type[Any] | None = None,
    /,
    *,
    eq: bool = True,
    order: bool = False,
    frozen: bool = True,
    slots: bool = True,
    unique: bool = False,
) -> Any:
    """Decorate a class whose annotations are its fields. The options are those of `dataclasses.dataclass`.

    unique: equal values are one object, so that comparing them is asking whether they are the same, and a dictionary finds a
    tree in no time. Values are equal if their fields are, or, in a class with a static `unique_key`, what that makes of them.
    What is computed once of such a value may be stored with it, by `keep`.
    """
    options = _Options(eq and not unique, order, frozen, slots, unique)
    if cls is not None:
        return _made(cls, options)
    return lambda wanted: _made(wanted, options)  # pyright: ignore[reportUnknownLambdaType]


def replace(value: _T, /, **changes: Any) -> _T:
    """A value of the same class with some fields changed; `dataclasses.replace` without loading that module."""
    names = cast("Sequence[str]", type(value).__match_args__)  # pyright: ignore
    return type(value)(**{name: getattr(value, name) for name in names} | changes)


def keep(value: object, what: object) -> None:
    """Store what is computed of a value of a class that is `unique` as its `kept`."""
    object.__setattr__(value, "kept", what)


class _Options(NamedTuple):
    eq: bool
    order: bool
    frozen: bool
    slots: bool
    unique: bool


def _made(cls: type[Any], options: _Options) -> type[Any]:
    own = {name: _field(cls.__dict__.get(name, _MISSING)) for name in cls.__annotations__}
    fields: dict[str, Field] = {**getattr(cls, "__record_fields__", {}), **own}
    members = {name: value for name, value in cls.__dict__.items() if name not in own}
    for name in ("__dict__", "__weakref__"):
        members.pop(name, None)
    functions = _functions(fields, options)
    for name, value in functions.items():
        members.setdefault(name, value)
    if options.eq and members["__hash__"] is None:  # Python's own, for a class that says itself what is equal
        members["__hash__"] = functions["__hash__"]
    members["__qualname__"] = cls.__qualname__
    if options.slots:
        members["__slots__"] = (*own, "__weakref__", "kept") if options.unique else tuple(own)
    members["__match_args__"] = tuple(fields)
    members["__record_fields__"] = fields
    maker: Any = type(cls)
    made: type[Any] = maker(cls.__name__, cls.__bases__, members)
    if options.unique:
        made.__new__ = _first_new(made)
    elif "__init__" not in members:
        made.__init__ = _first_init(made)
    return made


def _field(given: Any) -> Field:
    return given if isinstance(given, Field) else Field(given, _MISSING, True, True)


def _functions(fields: Mapping[str, Field], options: _Options) -> dict[str, Any]:
    key = _key([name for name, one in fields.items() if one.compare])
    functions = dict(_SHARED)
    if options.frozen:
        functions |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    if options.unique:
        functions["__reduce__"] = _reduce
    elif options.slots:
        functions |= {"__getstate__": _getstate, "__setstate__": _setstate}
    if options.eq:
        functions |= _equality(key) if options.frozen else {**_equality(key), "__hash__": None}
    return functions | _order(key) if options.order else functions


def _key(names: Sequence[str]) -> Callable[[Any], Any]:
    """A function of a value that gives what it is compared by."""
    return operator.attrgetter(*names) if names else lambda value: ()


# What records share


def _equality(key: Callable[[Any], Any]) -> dict[str, Any]:
    def __eq__(self: Any, other: object) -> Any:
        if self is other:
            return True
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(key(self))

    return {"__eq__": __eq__, "__hash__": __hash__}


def _order(key: Callable[[Any], Any]) -> dict[str, Any]:
    def compared(decide: Callable[[Any, Any], bool]) -> Any:
        return lambda self, other: (  # pyright: ignore[reportUnknownLambdaType]
            decide(key(self), key(other)) if other.__class__ is self.__class__ else NotImplemented  # pyright: ignore
        )

    return {name: compared(getattr(operator, name)) for name in ("__lt__", "__le__", "__gt__", "__ge__")}


def _repr(self: Any) -> str:
    shown = (name for name, one in self.__record_fields__.items() if one.repr)
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


def _refuse_to_set(self: object, name: str, value: object) -> None:
    dataclasses = import_module("dataclasses")  # slow to load, and few programs come here
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    dataclasses = import_module("dataclasses")
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[object]:
    return [getattr(self, name) for name in self.__match_args__]


def _reduce(self: Any) -> tuple[type[Any], tuple[object, ...]]:
    return type(self), tuple(_getstate(self))


def _setstate(self: Any, state: Sequence[object]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)


class _AsDataclass:
    """The fields as the standard library's own functions want them, made when one of those asks."""

    def __get__(self, instance: object, owner: type[Any]) -> dict[str, Any]:
        dataclasses = import_module("dataclasses")
        made = dataclasses.make_dataclass(
            owner.__name__,
            [(name, Any, _as_standard(one)) for name, one in owner.__record_fields__.items()],
        )
        owner.__dataclass_fields__ = made.__dataclass_fields__
        return owner.__dataclass_fields__


def _as_standard(one: Field) -> Any:
    dataclasses = import_module("dataclasses")
    if one.default_factory is not _MISSING:
        return dataclasses.field(default_factory=one.default_factory, compare=one.compare, repr=one.repr)
    # Each has a default, so that their order does not matter: no value is made of this class.
    default = None if one.default is _MISSING else one.default
    return dataclasses.field(default_factory=lambda: default, compare=one.compare, repr=one.repr)


_SHARED: Mapping[str, Any] = {
    "__repr__": _repr,
    "__dataclass_fields__": _AsDataclass(),
}


# Making values


# Compiling `__init__` takes as long as making so many values without it.
_MADE_SLOWLY = 16


def _first_init(cls: type[Any]) -> Callable[..., None]:
    """What is called for the first values: it gives a class of which many are made its own `__init__`."""
    fields: Mapping[str, Field] = cls.__record_fields__
    names = tuple(fields)
    is_plain = not hasattr(cls, "__post_init__")
    left = _MADE_SLOWLY

    def __init__(self: Any, *args: Any, **named: Any) -> None:
        nonlocal left
        left -= 1
        values = dict(zip(names, args, strict=False)) | named
        # What does not fit is refused by the compiled one, as Python does.
        fits = len(values) == len(args) + len(named) and values.keys() <= fields.keys()
        if left > 0 and is_plain and fits:
            for name in names:
                value = values[name] if name in values else _default_of(fields[name])
                if value is _MISSING:
                    break
                object.__setattr__(self, name, value)
            else:
                return
        made = _compiled_init(cls)
        cls.__init__ = made
        made(self, *args, **named)

    return __init__


def _default_of(one: Field) -> Any:
    return one.default if one.default_factory is _MISSING else one.default_factory()


def _compiled_init(cls: type[Any]) -> Callable[..., None]:
    """`__init__` with the fields as parameters, each stored past `__setattr__` where that refuses."""
    fields: Mapping[str, Field] = cls.__record_fields__
    names: dict[str, Any] = {"_missing": _MISSING, "_set": object.__setattr__}
    has_slots = "__slots__" in cls.__dict__
    is_frozen = cls.__setattr__ is not object.__setattr__
    parameters, body = ["self"], ["pass"]
    for name, one in fields.items():
        if has_slots:
            names[f"_set_{name}"] = getattr(cls, name).__set__
        value = name
        if one.default_factory is not _MISSING:
            names[f"_make_{name}"] = one.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        elif one.default is not _MISSING:
            names[f"_default_{name}"] = one.default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        past = f"_set_{name}(self, {value})" if has_slots else f"_set(self, {name!r}, {value})"
        body.append(past if is_frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    text = f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body)
    exec(text, names)  # noqa: S102  The text is our own.
    return names["__init__"]


# Values of which equal ones are one object


class _Reference(ref[Any]):
    """Does not keep a value, but knows where it is found."""

    __slots__ = ("key",)

    key: object


def _first_new(cls: type[Any]) -> Callable[..., Any]:
    """What is called for the first value of a class: it gives the class its own `__new__`."""

    def __new__(cls: type[Any], *args: Any, **named: Any) -> Any:
        made.__new__ = _compiled_new(made)
        return made(*args, **named)

    made = cls
    return __new__


def _compiled_new(cls: type[Any]) -> Callable[..., Any]:
    """`__new__` with the fields as parameters. It gives the value that is there, or makes one."""
    fields: Mapping[str, Field] = cls.__record_fields__
    known: dict[object, _Reference] = {}

    def forget(reference: _Reference) -> None:
        found = known.pop(reference.key, reference)
        if found is not reference:
            known[reference.key] = found

    names: dict[str, Any] = {
        "_get": known.get,
        "_known": known,
        "_make": object.__new__,
        "_Reference": _Reference,
        "_forget": forget,
    }
    parameters, stores = ["cls"], list[str]()
    for name, one in fields.items():
        names[f"_set_{name}"] = getattr(cls, name).__set__
        names[f"_default_{name}"] = one.default
        parameters.append(name if one.default is _MISSING else f"{name}=_default_{name}")
        stores.append(f" _set_{name}(made, {name})\n")
    key = f"({', '.join(fields)},)"
    if hasattr(cls, "unique_key"):
        names["_key"], key = cls.unique_key, f"_key{key}"
    text = (
        f"def __new__({', '.join(parameters)}):\n"
        f" key = {key}\n"
        " found = _get(key)\n"
        " if found is not None:\n"
        "  made = found()\n"
        "  if made is not None: return made\n"
        " made = _make(cls)\n"
        f"{''.join(stores)}"
        " found = _known[key] = _Reference(made, _forget)\n"
        " found.key = key\n"
        " return made"
    )
    exec(text, names)  # noqa: S102  The text is our own.
    return names["__new__"]
