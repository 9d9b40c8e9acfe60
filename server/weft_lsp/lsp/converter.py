"""Between JSON and the types of the protocol, without looking at all of the types when the server starts.

cattrs would write and compile two functions for each class that is met. Here a table of each class's members does, which is as fast; what
is not a class, such as a choice between several, is left to cattrs and to lsprotocol.
"""

import json
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache, partial
from typing import cast, get_type_hints

import cattrs
from cattrs.errors import ClassValidationError
from lsprotocol import _hooks as lsprotocol_hooks
from lsprotocol import types
from pygls.protocol import default_converter

from weft_lsp.lsp.protocol_types import REQUIRED, fields_of


class Capabilities:
    """What the client can do, as it says it, by lsprotocol's names: `capabilities.text_document.hover`.

    An editor names some hundred capabilities, each of a class of its own, and few of them are ever asked for.
    """

    __slots__ = ("given",)

    def __init__(self, given: Mapping[str, object]) -> None:
        self.given = given

    def __getattr__(self, name: str) -> object:
        """None for what is not said."""
        if name.startswith("_"):
            raise AttributeError(name)
        value = self.given.get(_key(name))
        return Capabilities(cast("Mapping[str, object]", value)) if isinstance(value, Mapping) else value


def converter() -> cattrs.Converter:
    # lsprotocol would complete every class to resolve its annotations; here a class does that by itself.
    lsprotocol_hooks._resolved_forward_references = True  # pyright: ignore[reportPrivateUsage]
    made = default_converter()
    made.register_structure_hook_factory(_is_of_protocol, partial(_reader, made))
    made.register_unstructure_hook_func(_is_of_protocol, as_json)
    made.register_structure_hook(types.ClientCapabilities, _capabilities)
    for each in (types.ClientCapabilities, Capabilities):
        made.register_unstructure_hook(each, _given)
    return made


def members(value: object) -> object:
    """A value of the protocol as JSON has it, but for what is in it: `json` asks again for that."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Capabilities):
        return value.given
    return {
        key: member
        for name, key, left_out in _written(type(value))
        if (member := getattr(value, name)) is not left_out
    }


def as_json(value: object) -> object:
    """A value of the protocol as JSON has it."""
    return json.loads(json.dumps(value, default=members))


@cache
def _written(declared: type) -> tuple[tuple[str, str, object], ...]:
    """The members of a class: the name, the name in JSON, and what need not be said."""
    return tuple(
        (name, _key(name), REQUIRED if types.is_special_property(declared, name) else field.default)
        for name, field in fields_of(declared).items()
    )


def _reader(made: cattrs.Converter, declared: type) -> Callable[[object, type], object]:
    """What makes a value of a class from JSON. How a member is read is looked up when a client first says one."""
    names = {_key(name): name for name in fields_of(declared)}
    hints = get_type_hints(declared)
    hooks: dict[str, Callable[[object, object], object]] = {}

    def read(given: object, _: type) -> object:
        try:
            values: dict[str, object] = {}
            for key, value in cast("Mapping[str, object]", given).items():
                name = names.get(key)
                if name is not None:
                    hook = hooks.get(name)
                    if hook is None:
                        hook = hooks[name] = made.get_structure_hook(hints[name])
                    values[name] = hook(value, hints[name])
            return declared(**values)
        except Exception as error:  # noqa: BLE001 — whatever is wrong with a message, the client is told.
            refused = f"not a {declared.__name__}"
            raise ClassValidationError(refused, [error], declared) from None  # pyright: ignore[reportCallIssue]

    return read


def _is_of_protocol(declared: object) -> bool:
    return isinstance(declared, type) and "__attrs_attrs__" in vars(declared)


@cache
def _key(name: str) -> str:
    """`text_document` in JSON."""
    first, *others = name.removesuffix("_").split("_")
    return first + "".join(word.title() for word in others)


def _capabilities(given: object, _: type) -> Capabilities:
    if not isinstance(given, Mapping):
        raise TypeError("capabilities must be an object")
    return Capabilities(cast("Mapping[str, object]", given))


def _given(capabilities: Capabilities) -> Mapping[str, object]:
    return capabilities.given
