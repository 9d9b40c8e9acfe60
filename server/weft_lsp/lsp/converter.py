"""Between JSON and the types of the protocol, without looking at all of the types when the server starts."""

from collections.abc import Mapping
from typing import cast

import cattrs
from lsprotocol import _hooks as lsprotocol_hooks
from lsprotocol import types
from pygls.protocol import default_converter


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
        first, *others = name.split("_")
        value = self.given.get(first + "".join(word.title() for word in others))
        return Capabilities(cast("Mapping[str, object]", value)) if isinstance(value, Mapping) else value


def converter() -> cattrs.Converter:
    # lsprotocol would complete every class to resolve its annotations; here a class does that by itself.
    lsprotocol_hooks._resolved_forward_references = True  # pyright: ignore[reportPrivateUsage]
    made = default_converter()
    made.register_structure_hook(types.ClientCapabilities, _capabilities)
    for each in (types.ClientCapabilities, Capabilities):
        made.register_unstructure_hook(each, _given)
    return made


def _capabilities(given: object, _: type) -> Capabilities:
    if not isinstance(given, Mapping):
        raise TypeError("capabilities must be an object")
    return Capabilities(cast("Mapping[str, object]", given))


def _given(capabilities: Capabilities) -> Mapping[str, object]:
    return capabilities.given
