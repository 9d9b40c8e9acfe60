"""Offsets through a swizzle, written so that what the swizzle cannot change stays a plain sum."""

from weft.model import fold
from weft.model.ir import Const, Expr, Op
from weft.model.multiples import Multiples
from weft.model.trace.tracer import Tracer


def swizzled(t: Tracer, offset: Expr, swizzle: tuple[int, int, int]) -> Expr:
    """The swizzled offset.

    Terms that are multiples of the swizzle's period are added after it: `swizzle(p * k + rest)` is
    `p * k + swizzle(rest)`. So addresses that differ by whole periods differ by a constant in the generated code too.
    """
    bits, base, shift = swizzle
    period = 1 << (bits + base + abs(shift))
    multiples = Multiples(frozenset(), t.known.definitions)
    whole: Expr = fold.const(0)
    rest: Expr = fold.const(0)
    for term in _terms(offset):
        if isinstance(term, Const):
            whole = fold.add(whole, fold.const(int(term.value) // period * period))
            rest = fold.add(rest, fold.const(int(term.value) % period))
        elif multiples.of(term) % period == 0:
            whole = fold.add(whole, term)
        else:
            rest = fold.add(rest, term)
    mask = ((1 << bits) - 1) << (base + max(0, shift))
    read = fold.operation("bit_and", rest, fold.const(mask))
    name = "shift_right" if shift > 0 else "shift_left"
    moved = fold.operation(name, read, fold.const(abs(shift)))
    return fold.add(whole, fold.operation("bit_xor", rest, moved))


def _terms(expr: Expr) -> list[Expr]:
    if isinstance(expr, Op) and expr.name == "add":
        return [*_terms(expr.args[0]), *_terms(expr.args[1])]
    return [expr]
