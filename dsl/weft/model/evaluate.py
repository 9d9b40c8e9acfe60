"""Evaluate a module-level constant from its text."""

import ast
from collections.abc import Mapping

from weft.model.diagnostic import Diagnostic
from weft.model.syntax import Parsed
from weft.model.text import ModuleText, Scope
from weft.model.trace.expressions import expression
from weft.model.trace.inline import READERS
from weft.model.trace.tracer import Frame, TooLarge, Tracer
from weft.model.values import UNKNOWN, ConfiguredKernel, Mutable, Scalar, Static, Tensor, Value


def evaluate(
    node: ast.expr, block: Parsed, scope: Scope, known: Mapping[str, Value] | None = None, /
) -> Value:
    """What an expression of a module stands for; unknown where the text does not tell.

    known: names that come before those of the scope, as in the body of a class.
    """
    plain = _plain(node)
    if plain is not None:
        return plain
    assert isinstance(scope, ModuleText)
    t = Tracer(scope.library, Frame("", block, scope, dict(known or {})), READERS, is_kernel=False)
    try:
        value = expression(t, node)
    except (RecursionError, TooLarge):
        return UNKNOWN
    match value:
        case Scalar() | Tensor():
            return UNKNOWN
        case ConfiguredKernel(kernel=kernel, grid=grid, block=sizes):
            # It is launched elsewhere.
            return ConfiguredKernel(kernel, grid, sizes)
        case _:
            return value


def evaluate_text(module: ModuleText, name: str) -> tuple[Value, tuple[Diagnostic, ...]]:
    """What a constant of a module stands for, and why it does not where it does not."""
    declaration = module.declarations[name][-1]
    assert isinstance(declaration.node, ast.Assign)
    t = Tracer(module.library, Frame("", declaration.block, module), READERS, is_kernel=True)
    try:
        value = expression(t, declaration.node.value)
    except (RecursionError, TooLarge):
        return UNKNOWN, ()
    return value, tuple(t.findings.values())


def _plain(node: ast.expr) -> Value | None:
    """What stands for the same whatever the names of the module do, as most constants of a file."""
    match node:
        case ast.Constant(value=bool() | float() | str() as value):
            return Static(value)
        case ast.Constant(value=int() as value) if abs(value) < 2**64:
            return Static(value)
        case ast.List() | ast.ListComp():
            return Mutable("list")
        case ast.Dict() | ast.DictComp():
            return Mutable("dict")
        case ast.Set() | ast.SetComp():
            return Mutable("set")
        case _:
            return None
