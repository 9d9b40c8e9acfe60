"""Identifiers of generated code: the user's own names, made safe for Python and free of the prelude's."""

import keyword
import re

_SUBSCRIPT = re.compile(r"\[(\d+)\]")
# The prelude's functions of effects begin so, and nothing else does.
RESERVED_PREFIX = "weft_"
_UNSAFE = re.compile(r"\W")


class Names:
    """Gives each thing one identifier. `x.shape[0]` becomes `x_shape0`; a clash is numbered: `x_2`."""

    def __init__(self, reserved: frozenset[str]) -> None:
        self._taken = set(reserved)
        self._given: dict[tuple[str, str], str] = {}

    def of(self, kind: str, name: str) -> str:
        """The identifier of the `kind` of thing called `name`: the same for each call."""
        key = (kind, name)
        if key not in self._given:
            self._given[key] = self.fresh(name)
        return self._given[key]

    def fresh(self, name: str) -> str:
        """A new identifier like `name`."""
        wanted = _safe(name)
        if wanted.startswith(RESERVED_PREFIX):
            wanted = f"v_{wanted}"
        candidate, number = wanted, 2
        while candidate in self._taken or keyword.iskeyword(candidate):
            candidate, number = f"{wanted}_{number}", number + 1
        self._taken.add(candidate)
        return candidate


def _safe(name: str) -> str:
    text = _UNSAFE.sub("_", _SUBSCRIPT.sub(r"\1", name))
    # Generated code is ASCII, so that its hash and its symbols do not depend on an encoding.
    text = text.encode("ascii", "replace").decode().replace("?", "_")
    return text if text[:1].isalpha() or text[:1] == "_" else f"v{text}"
