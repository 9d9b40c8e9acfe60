"""Where Weft has something to say beside another Python server: names of the language, values of it, kernels."""

from weft.layout import ComposedLayout, Layout, Swizzle
from weft.model.facts import Symbol
from weft.model.model import Model
from weft.model.trace.tracer import Fact
from weft.model.values import (
    Axes,
    ConfiguredKernel,
    DeviceFunction,
    Dimension,
    DTypeRef,
    KernelRef,
    Static,
    Unknown,
    Value,
)

_LANGUAGE = "weft."


def is_ours(model: Model, offset: int, fact: Fact) -> bool:
    """Whether another Python server knows less of the fact than we do."""
    return (
        model.kernel_at(offset) is not None or is_of_language(fact.symbol) or is_value_of_language(fact.value)
    )


def is_of_language(symbol: Symbol | None) -> bool:
    return symbol is not None and f"{symbol.qualified_name}.".startswith(_LANGUAGE)


def is_value_of_language(value: Value) -> bool:
    match value:
        case DTypeRef() | Dimension() | Axes() | KernelRef() | ConfiguredKernel() | DeviceFunction():
            return True
        case Static(value=Layout() | ComposedLayout() | Swizzle()):
            return True
        case _:
            return False


def is_literal(value: Value) -> bool:
    return isinstance(value, Static) and not isinstance(value.value, (Layout, ComposedLayout, Swizzle))


def is_unknown(value: Value) -> bool:
    return isinstance(value, Unknown)


def is_ours_to_call(model: Model, offset: int, function: Symbol) -> bool:
    """Whether a call is ours to speak of: one in a kernel, of the language, or of a kernel."""
    return model.kernel_at(offset) is not None or is_of_language(function) or function.kind == "kernel"
