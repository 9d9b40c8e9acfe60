"""The members of a value: what may follow its dot."""

from weft.model.facts import Symbol
from weft.model.library import Library
from weft.model.syntax import parse
from weft.model.text import ModuleText
from weft.model.trace.expressions import members
from weft.model.trace.inline import READERS
from weft.model.trace.tracer import Frame, Tracer
from weft.model.values import MaybeUnbound, Method, Record, Tuple, Value
from weft.records import record, replace


@record
class Member:
    """A name that can be written, and what it would stand for, if that is known."""

    symbol: Symbol
    value: Value | None = None


def members_of(library: Library, module: ModuleText, value: Value) -> tuple[Member, ...]:
    """The public members of a value, in the order of their declaration."""
    if isinstance(value, MaybeUnbound):
        value = value.value
    t = Tracer(library, Frame("", parse(""), module), READERS, is_kernel=False)
    found: list[Member] = []
    for name, binding in members(t, value):
        if isinstance(value, (Tuple, Record)):
            found.append(Member(Symbol(name, "property"), binding.value))
        elif binding.symbol is not None:
            symbol = binding.symbol if binding.symbol.name == name else replace(binding.symbol, name=name)
            found.append(Member(symbol, None if isinstance(binding.value, Method) else binding.value))
    return tuple(found)
