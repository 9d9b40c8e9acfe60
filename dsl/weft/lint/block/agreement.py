"""Which threads give one and the same value to what they write."""

from weft.lint.block.record import Agreement
from weft.lint.block.trial import WARP
from weft.model.ir import (
    Assign,
    Const,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Stmt,
    While,
    leaves,
)
from weft.model.uniformity import Varying, is_varying, varying_variables
from weft.records import replace


def agreement(value: Expr, varying: Varying, varying_in_warp: Varying) -> Agreement:
    if is_varying(value, varying_in_warp):
        return "none"
    if is_varying(value, varying):
        return "warp"
    inside = leaves(value)
    return "block" if inside.variables or inside.loads or inside.specials else "launch"


def varying_in_one_warp(kernel: Kernel) -> Varying:
    """The variables that may differ between the threads of one warp: the result of a whole warp does not."""
    return varying_variables(replace(kernel, body=_with_warps_agreed(kernel.body)))


def _with_warps_agreed(body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
    """The statements with the results of whole warps as if they were one number for all."""
    made: list[Stmt] = []
    for statement in body:
        match statement:
            case Do(name="vote" | "ballot" | "warp_reduce", static=static) if WARP in static or not any(
                isinstance(one, int) for one in static
            ):
                made += [
                    Assign(target, Const(0, target.dtype), statement.span) for target in statement.targets
                ]
            case If():
                then, otherwise = _with_warps_agreed(statement.then), _with_warps_agreed(statement.otherwise)
                made.append(replace(statement, then=then, otherwise=otherwise))
            case For() | While() | Domain():
                made.append(replace(statement, body=_with_warps_agreed(statement.body)))
            case _:
                made.append(statement)
    return tuple(made)
