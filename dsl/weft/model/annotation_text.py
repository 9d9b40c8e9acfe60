"""Annotations of the language's own declarations, as a reader wants them: without what only type checkers need."""

import ast
from collections.abc import Iterator

# The generics and aliases of the declarations, in words.
_ALIASES = {
    "DT": "number", "Float": "number", "Number": "number", "Scalar": "number", "T": "number",
    "Numbers": "number | Vector",
    "Whole": "int", "SupportsIndex": "int", "Width": "2 | 4 | 8 | 16 | 32",
    "Sizes": "int | tuple[int, ...]", "Index": "int | tuple[int, ...]",
    "AnyLayout": "Layout", "Shaped": "Layout | ComposedLayout | IntTuple",
    "View": "Tensor", "Made": "array",
}  # fmt: skip
# How the axes of a tensor are called where an overload is for tensors of so many.
_AXES = {1: "N", 2: "M, N", 3: "L, M, N"}


def plain_annotation(node: ast.expr) -> str:
    """`Tensor[DT, Any] | SupportsIndex` as `Tensor[dtype, N] | int`."""
    return " | ".join(dict.fromkeys(_parts(node)))


def _parts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from _parts(left)
            yield from _parts(right)
        case ast.Constant(value=str() as text):
            yield from _parts(ast.parse(text, mode="eval").body)
        case ast.Name(id=name):
            yield from _ALIASES.get(name, name).split(" | ")
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inside):
            yield from map(ast.unparse, inside.elts if isinstance(inside, ast.Tuple) else [inside])
        case ast.Subscript(value=ast.Name(id="type")):
            yield "dtype"
        case ast.Subscript(value=ast.Name(id="Tensor"), slice=ast.Tuple(elts=[_, *axes])):
            is_any_rank = any(isinstance(axis, ast.Starred) for axis in axes)
            yield "Tensor" if is_any_rank else f"Tensor[dtype, {_AXES[len(axes)]}]"
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=items)):
            yield f"tuple[{', '.join(map(plain_annotation, items))}]"
        case ast.Subscript(value=ast.Name() | ast.Attribute() as generic):
            yield from _parts(generic)
        case _:
            yield ast.unparse(node)
