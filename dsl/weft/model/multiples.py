"""What a whole number is surely a multiple of: the base of every proof that a wide access is aligned."""

from collections import Counter
from collections.abc import Mapping
from math import gcd

from weft.model.ir import Assign, Const, Expr, Op, Param, Stmt, Var, assigned, walk

# What divides 0, and the largest divisor that anybody asks for.
MOST = 1 << 20
# What `Specialization.divisible` promises.
PROMISED = 16
_DEEPEST = 32


class Multiples:
    """Divisors of expressions, given the Params that are multiples of 16 and what variables stand for."""

    def __init__(self, divisible: frozenset[str], definitions: Mapping[Expr, Expr]) -> None:
        self._divisible = divisible
        self._definitions = definitions

    def of(self, expr: Expr, depth: int = 0) -> int:
        """A number, at most `MOST`, that divides every value that `expr` may have."""
        if depth > _DEEPEST:
            return 1
        match expr:
            case Const(value=value):
                return gcd(int(value), MOST) if isinstance(value, int) else 1
            case Param(name=name):
                return PROMISED if name in self._divisible else 1
            case Var() if expr in self._definitions:
                return self.of(self._definitions[expr], depth + 1)
            case Op():
                return self._of_operation(expr, depth + 1)
            case _:
                return 1

    def _of_operation(self, op: Op, depth: int) -> int:
        match op.name:
            case "mul":
                return min(MOST, self.of(op.args[0], depth) * self.of(op.args[1], depth))
            case "add" | "sub" | "min" | "max" | "mod":
                return gcd(self.of(op.args[0], depth), self.of(op.args[1], depth))
            case "select":
                return gcd(self.of(op.args[1], depth), self.of(op.args[2], depth))
            case "bit_xor" | "bit_or":
                return gcd(_two_power(self.of(op.args[0], depth)), _two_power(self.of(op.args[1], depth)))
            case "bit_and":
                return max(_two_power(self.of(arg, depth)) for arg in op.args)
            case "shift_right" if isinstance(op.args[1], Const) and 0 <= op.args[1].value < 20:
                return max(1, _two_power(self.of(op.args[0], depth)) >> int(op.args[1].value))
            case "neg" | "cast" if op.dtype.is_integer and op.args[0].dtype.is_integer:
                return self.of(op.args[0], depth)
            case "shift_left" if isinstance(op.args[1], Const) and 0 <= op.args[1].value < 20:
                return min(MOST, self.of(op.args[0], depth) << int(op.args[1].value))
            case "floordiv" if isinstance(op.args[1], Const) and op.args[1].value > 0:
                dividend, divisor = self.of(op.args[0], depth), int(op.args[1].value)
                return dividend // divisor if dividend % divisor == 0 else 1
            case _:
                return 1


def _two_power(number: int) -> int:
    """The largest power of two that divides it."""
    return number & -number


def definitions(body: tuple[Stmt, ...]) -> dict[Expr, Expr]:
    """The values of the variables that are assigned once."""
    counts = Counter(target for statement in walk(body) for target in assigned(statement))
    assigns = (statement for statement in walk(body) if isinstance(statement, Assign))
    return {assign.target: assign.value for assign in assigns if counts[assign.target] == 1}
