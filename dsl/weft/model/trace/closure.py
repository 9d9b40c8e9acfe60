"""Names of the functions and classes around a function: what they stand for, as far as the text of their block tells."""

import ast
from collections.abc import Mapping

from weft.model.facts import Location, Symbol
from weft.model.scopes import Around, names_around
from weft.model.trace.tracer import Frame, known_value
from weft.model.values import UNKNOWN, Binding, Class, Definition, Instance, Scalar, Tensor, Value
from weft.records import record

Names = tuple[tuple[str, Binding], ...]


@record
class Closure:
    """The names around a function that its signature uses, and those that its body uses.

    seen: all names that it sees, also those that only functions use that it calls.
    """

    signature: Names = ()
    body: Names = ()
    seen: Names = ()

    @property
    def places(self) -> tuple[Location | None, ...]:
        """Where the names are declared: the text below a function may move them."""
        return tuple(
            binding.symbol and binding.symbol.location for _, binding in (*self.signature, *self.body)
        )


NO_CLOSURE = Closure()


class Closures:
    """The closures of functions, given the functions and classes of a block that were read to their end."""

    def __init__(self, frames: Mapping[ast.AST, Frame]) -> None:
        self._frames = frames
        self._found: dict[ast.AST, Closure] = {}

    def of(self, definition: Definition) -> Closure:
        if not definition.is_inside:
            return NO_CLOSURE
        if definition.node not in self._found:
            self._found[definition.node] = self._read(definition)
        return self._found[definition.node]

    def _read(self, definition: Definition) -> Closure:
        around = names_around(definition.block, definition.node)
        signature = [(each, self._binding(each, definition)) for each in around.signature]
        body = [(each, self._binding(each, definition)) for each in around.body]
        return Closure(
            tuple(sorted(((each.name, found) for each, found in signature if each.is_used), key=_name)),
            tuple(sorted(((each.name, found) for each, found in body if each.is_used), key=_name)),
            tuple(sorted(((each.name, found) for each, found in (*signature, *body)), key=_name)),
        )

    def _binding(self, around: Around, definition: Definition) -> Binding:
        """A name that is bound once stands for one thing, from then on."""
        kind = "parameter" if around.how == "parameter" else "variable"
        symbol = Symbol(around.name, kind, "", Location(None, around.span))
        frame = self._frames.get(around.owner)
        if frame is None or not around.is_bound_once:
            return Binding(_of_class(around, definition) if around.is_bound_once else UNKNOWN, symbol)
        value = known_value(frame.env.get(around.name, UNKNOWN))
        is_of_host = isinstance(value, Scalar | Tensor | Instance)
        return Binding(UNKNOWN if is_of_host else value, frame.symbols.get(around.name, symbol))


def _of_class(around: Around, definition: Definition) -> Value:
    """A name of a class of the module, whose block somebody else reads."""
    owner = getattr(around.owner, "name", "")
    if not isinstance(around.owner, ast.ClassDef) or definition.path != f"{owner}.{definition.name}":
        return UNKNOWN
    kind = definition.scope.lookup(owner).value
    return dict(kind.constants).get(around.name, UNKNOWN) if isinstance(kind, Class) else UNKNOWN


def _name(named: tuple[str, object]) -> str:
    return named[0]
