"""Offsets through a swizzle, written so that what the swizzle cannot change stays a plain sum."""

from weft.model import fold
from weft.model.ir import Const, Expr, Op
from weft.model.trace.tracer import Tracer


def swizzled(t: Tracer, offset: Expr, swizzle: tuple[int, int, int]) -> Expr:
    """The swizzled offset.

    Terms that are multiples of the swizzle's period are added after it: `swizzle(p * k + rest)` is
    `p * k + swizzle(rest)`. So addresses that differ by whole periods differ by a constant in the generated code too.
    """
    bits, base, shift = swizzle
    period, unit = 1 << (bits + base + abs(shift)), 1 << base
    divisor = t.known.divisor
    constant = 0
    whole: Expr = fold.const(0)
    rest: Expr = fold.const(0)
    for term in _terms(offset):
        if isinstance(term, Const):
            constant += int(term.value)
        elif divisor(term) % period == 0:
            whole = fold.add(whole, term)
        else:
            rest = fold.add(rest, term)
    # The lowest bits stay as they are, so what is added to them may be added after.
    low = constant % unit if divisor(rest) % unit == 0 else 0
    whole = fold.add(whole, fold.const(constant - (constant - low) % period))
    rest = fold.add(rest, fold.const((constant - low) % period))
    mask = ((1 << bits) - 1) << (base + max(0, shift))
    read = fold.operation("bit_and", rest, fold.const(mask))
    name = "shift_right" if shift > 0 else "shift_left"
    moved = fold.operation(name, read, fold.const(abs(shift)))
    return fold.add(fold.operation("bit_xor", rest, moved), whole)


def _terms(expr: Expr) -> list[Expr]:
    """What is added up to `expr`."""
    match expr:
        case Op(name="add", args=(a, b)):
            return [*_terms(a), *_terms(b)]
        case (
            Op(name="mul", args=(Op(name="add") as total, Const() as factor))
            | Op(name="mul", args=(Const() as factor, Op(name="add") as total))
        ):
            return [fold.mul(term, factor) for term in _terms(total)]
        case _:
            return [expr]
