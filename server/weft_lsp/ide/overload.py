"""Which of a function's overloads a call means, by the arguments that are there so far."""

import ast
from collections.abc import Sequence
from functools import lru_cache

from weft.layout import ComposedLayout, Layout, Swizzle
from weft.model.dtypes import BOOL
from weft.model.facts import ParameterText, Signature
from weft.model.model import CallSite, Model
from weft.model.values import (
    DeviceFunction,
    Dimension,
    DTypeRef,
    HostFunction,
    HostTensor,
    KernelRef,
    MaybeUnbound,
    Scalar,
    Static,
    Tensor,
    Tuple,
    Unknown,
    Value,
    Vector,
)

_MOST_ANNOTATIONS = 1000

# What is passed: the value, and the keyword that it is passed with.
Argument = tuple[Value, str | None]


def signatures(signature: Signature) -> tuple[Signature, ...]:
    """The ways to call something."""
    return signature.overloads or (signature,)


def best(signature: Signature, arguments: Sequence[Argument]) -> int:
    """The first overload that takes the arguments; where none does, the first of all."""
    return next((index for index, way in enumerate(signatures(signature)) if takes(way, arguments)), 0)


def arguments_of(model: Model, call: CallSite) -> tuple[Argument, ...]:
    """The arguments of a call, as far as they are known."""
    return tuple((model.value_of(span), word) for span, word in call.arguments)


def takes(signature: Signature, arguments: Sequence[Argument]) -> bool:
    """Whether a call with these arguments may go on to be a right one. What is not known fits everything."""
    by_name = {each.name: each for each in signature.parameters if not each.is_positional_only}
    positional = [each for each in signature.parameters if not each.is_keyword_only]
    for index, (value, word) in enumerate(arguments):
        parameter: ParameterText | None
        if word is not None:
            parameter = by_name.get(word)
        elif index < len(positional):
            parameter = positional[index]
        else:
            parameter = positional[-1] if positional and positional[-1].marker else None
        if parameter is None or not fits(value, parameter.annotation):
            return False
    return True


def fits(value: Value, annotation: str) -> bool:
    """Whether a value is what the annotation of a parameter says."""
    wanted = _parsed(annotation)
    return wanted is None or _fits(value, wanted)


@lru_cache(_MOST_ANNOTATIONS)
def _parsed(annotation: str) -> ast.expr | None:
    try:
        return ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return None


def _fits(value: Value, wanted: ast.expr) -> bool:
    match value, wanted:
        case Unknown(), _:
            return True
        case MaybeUnbound(value=inner), _:
            return _fits(inner, wanted)
        case _, ast.BinOp(left=left, right=right):
            return _fits(value, left) or _fits(value, right)
        case _, ast.Constant(value=literal):
            return isinstance(value, Static) and value.value == literal
        case Tensor(axes=axes, width=1), ast.Subscript(
            value=ast.Name(id="Tensor"), slice=ast.Tuple(elts=parts)
        ):
            return len(parts) - 1 == len(axes)
        case Tuple(items=items), ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=parts)):
            if isinstance(parts[-1], ast.Constant) and parts[-1].value is ...:
                return all(_fits(item, parts[0]) for item in items)
            return len(items) == len(parts) and all(map(_fits, items, parts))
        case _, ast.Name(id=name):
            return name in _names(value)
        case _:
            return False


def _names(value: Value) -> tuple[str, ...]:
    """The plain types that a value is of."""
    match value:
        case Static(value=bool()):
            return ("bool", "number", "int")
        case Static(value=int()):
            return ("int", "number", "float", "IntTuple", "Tiler", "Slice")
        case Static(value=float()):
            return ("float", "number")
        case Static(value=str()):
            return ("str",)
        case Static(value=None):
            return ("None", "Tiler", "Slice")
        case Static(value=Layout()):
            return ("Layout", "Tiler")
        case Static(value=Swizzle()):
            return ("Swizzle",)
        case Static(value=ComposedLayout()):
            return ("ComposedLayout",)
        case Scalar(dtype=dtype):
            kind = "bool" if dtype == BOOL else "int" if dtype.is_integer else "float"
            return (kind, "number", dtype.name)
        case Dimension():
            return ("int", "number", "IntTuple")
        case Tensor(width=1):
            return ("Tensor",)
        case Tensor():
            return ("Vectors",)
        case Vector():
            return ("Vector", "number")
        case DTypeRef():
            return ("dtype",)
        case Tuple():
            return ("tuple", "IntTuple", "Tiler", "Slice")
        case HostTensor():
            return ("array", "Tensor")
        case KernelRef() | DeviceFunction() | HostFunction():
            return ("Callable",)
        case _:
            return ()
