"""Where the type of a value is declared: the class of a tensor or a layout, the dtype of a number."""

from weft.layout import Layout
from weft.model.dialect import Dialect
from weft.model.facts import Location
from weft.model.model import Model
from weft.model.values import (
    Axes,
    ConfiguredKernel,
    DeviceFunction,
    KernelRef,
    MaybeUnbound,
    Scalar,
    Static,
    Tensor,
    TensorAnnotation,
    Value,
)

from weft_lsp.ide.relevance import is_ours


def type_definition(model: Model, offset: int) -> Location | None:
    """None for numbers of the language itself, such as an index, which have no class."""
    fact = model.fact_at(offset)
    if fact is None or not is_ours(model, offset, fact):
        return None
    name = _class_of(fact.value, model.library.dialect)
    symbol = model.library.symbol(name) if name else None
    return symbol.location if symbol else None


def _class_of(value: Value, dialect: Dialect) -> str | None:
    match value:
        case MaybeUnbound(value=inner):
            return _class_of(inner, dialect)
        case Tensor() | TensorAnnotation():
            return dialect.tensor
        case Static(value=Layout()):
            return dialect.layout
        case Axes():
            return dialect.axes_class
        case KernelRef() | ConfiguredKernel():
            return dialect.kernel_class
        case DeviceFunction():
            return dialect.function_class
        case Scalar(expr=expr):
            return next((name for name, dtype in dialect.dtypes.items() if dtype == expr.dtype), None)
        case _:
            return None
