"""Prove that an index stays below an extent, for every value the launch may have.

Index expressions are polynomials with whole coefficients over atoms (parameters, variables, quotients). To show
`a < b`, the difference `b - a - 1` is bounded from below: variables are replaced by their bounds until only
parameters are left, which are never negative. What cannot be shown stays unproved, and gets a guard.
"""

from collections.abc import Mapping

from weft.model.dtypes import INDEX
from weft.model.ir import WARP_SIZE, Const, Expr, Op, Param, Special, Var, leaves
from weft.records import field, record

# A product of atoms, sorted by their text; () is the constant term.
Monomial = tuple[Expr, ...]
Polynomial = dict[Monomial, int]

_MOST_TERMS = 64
_MOST_STEPS = 24
_MOST_TESTS = 8


@record
class Bounds:
    """`lower <= atom < upper` for each upper."""

    lower: Expr | None = None
    uppers: tuple[Expr, ...] = ()


@record(frozen=False)
class Known:
    """What holds at a place: the definitions of variables, and the bounds of variables and thread indices.

    tested: pairs of which the first is less than the second, as branches found: sums too, which have no bounds.
    """

    definitions: dict[Expr, Expr] = field(default_factory=dict[Expr, Expr])
    bounds: dict[Expr, Bounds] = field(default_factory=dict[Expr, Bounds])
    tested: tuple[tuple[Expr, Expr], ...] = ()
    # By the name of a variable, what may be defined or bounded by it: each assignment asks for that.
    _users: dict[str, tuple[Expr, ...]] = field(default_factory=dict[str, tuple[Expr, ...]])

    def copy(self) -> "Known":
        return Known(dict(self.definitions), dict(self.bounds), self.tested, dict(self._users))

    def define(self, variable: Var, value: Expr) -> None:
        self.definitions[variable] = value
        self._use(variable, value)

    def forget(self, variable: Var) -> None:
        """`variable` gets another value: drop all that was known of it or through it."""
        self.definitions.pop(variable, None)
        self.bounds.pop(variable, None)
        for key in self._users.pop(variable.name, ()):
            if key in self.definitions and _mentions(self.definitions[key], variable):
                del self.definitions[key]
            if key in self.bounds:
                kept = _without(self.bounds.pop(key), variable)
                if kept is not None and not _mentions(key, variable):
                    self.bounds[key] = kept
        if any(_mentions(side, variable) for pair in self.tested for side in pair):
            self.tested = tuple(
                pair for pair in self.tested if not any(_mentions(side, variable) for side in pair)
            )

    def assume_less(self, atom: Expr, upper: Expr) -> None:
        known = self.bounds.get(atom, Bounds())
        self.bounds[atom] = Bounds(known.lower, (*known.uppers, upper))
        self._use(atom, upper)
        # Memory may change between a test and what follows.
        if not leaves(atom).loads and not leaves(upper).loads:
            self.tested = (*self.tested, (atom, upper))[-_MOST_TESTS:]

    def assume_at_least(self, atom: Expr, lower: Expr) -> None:
        known = self.bounds.get(atom, Bounds())
        self.bounds[atom] = Bounds(lower, known.uppers)
        self._use(atom, lower)

    def _use(self, key: Expr, value: Expr) -> None:
        for name in leaves(value).variables | leaves(key).variables:
            self._users[name] = (*self._users.get(name, ()), key)


def is_less(a: Expr, b: Expr, known: Known) -> bool:
    """Whether `a < b` holds for certain."""
    if isinstance(a, Const) and isinstance(b, Const):
        return a.value < b.value
    rest = _room(a, b, known)
    return _is_not_negative(rest, known, _MOST_STEPS) or any(
        _is_not_negative(_sum(rest, _room(*pair, known), -1), known, _MOST_STEPS)
        for pair in reversed(known.tested)
    )


def _room(a: Expr, b: Expr, known: Known) -> Polynomial:
    """`b - a - 1`, which is not negative where `a < b`."""
    return _sum(_sum(_polynomial(b, known), _polynomial(a, known), -1), {(): 1}, -1)


def is_not_negative(a: Expr, known: Known) -> bool:
    """Whether `a >= 0` holds for certain."""
    if isinstance(a, Const):
        return a.value >= 0
    return _is_not_negative(_polynomial(a, known), known, _MOST_STEPS)


def difference(a: tuple[Expr, Known], b: tuple[Expr, Known]) -> int | None:
    """`a - b`, each with what is known where it stands; None where that is no number known now."""
    rest = _sum(_polynomial(*a), _polynomial(*b), -1)
    return rest.get((), 0) if rest.keys() <= {()} else None


def _polynomial(expr: Expr, known: Known) -> Polynomial:
    match expr:
        case Const(value=value) if isinstance(value, int):
            return {(): int(value)} if value else {}
        case Op(name="add", args=(a, b)):
            return _sum(_polynomial(a, known), _polynomial(b, known), 1)
        case Op(name="sub", args=(a, b)):
            return _sum(_polynomial(a, known), _polynomial(b, known), -1)
        case Op(name="neg", args=(a,)):
            return _sum({}, _polynomial(a, known), -1)
        case Op(name="mul", args=(a, b)):
            return _product(_polynomial(a, known), _polynomial(b, known), expr)
        case Op(name="cast", args=(a,)) if expr.dtype == INDEX and a.dtype.is_integer and a.dtype.bits < 64:
            return _polynomial(a, known)
        case Var() if expr in known.definitions:
            return _polynomial(known.definitions[expr], known)
        case _:
            return {(expr,): 1}


def _sum(a: Polynomial, b: Polynomial, factor: int) -> Polynomial:
    total = dict(a)
    for monomial, coefficient in b.items():
        _add(total, monomial, factor * coefficient)
    return total


def _add(total: Polynomial, monomial: Monomial, coefficient: int) -> None:
    found = total.get(monomial, 0) + coefficient
    if found:
        total[monomial] = found
    else:
        total.pop(monomial, None)


def _product(a: Polynomial, b: Polynomial, whole: Expr) -> Polynomial:
    if len(a) * len(b) > _MOST_TERMS:
        return {(whole,): 1}
    total: Polynomial = {}
    for left, left_factor in a.items():
        for right, right_factor in b.items():
            monomial = tuple(sorted((*left, *right), key=repr)) if left and right else left or right
            _add(total, monomial, left_factor * right_factor)
    return total


def _is_not_negative(polynomial: Polynomial, known: Known, steps: int) -> bool:
    if len(polynomial) > _MOST_TERMS or steps == 0:
        return False
    for monomial, coefficient in polynomial.items():
        for atom in monomial:
            if isinstance(atom, Param) and (coefficient > 0 or len(monomial) > 1):
                continue
            replacements = _replacements(atom, coefficient, known)
            if replacements:
                rests = (_replaced(polynomial, atom, rest, known) for rest in replacements)
                return any(_is_not_negative(rest, known, steps - 1) for rest in rests if rest is not None)
    return all(
        coefficient >= 0 and all(_never_negative(atom, known) for atom in monomial)
        for monomial, coefficient in polynomial.items()
    )


def _replacements(atom: Expr, coefficient: int, known: Known) -> list[Expr]:
    """What may stand for an atom so that the whole only gets smaller."""
    bounds = known.bounds.get(atom, Bounds())
    match atom:
        case Op(name="mod", args=(_, divisor)):
            bounds = Bounds(Const(0, INDEX), (divisor,))
        case Op(name="floordiv"):
            found = _range(atom, known)
            bounds = Bounds(Const(found[0], INDEX), (Const(found[1] + 1, INDEX),)) if found else bounds
        case Special(name="lane_id" | "warp_id"):
            bounds = Bounds(Const(0, INDEX), (Const(WARP_SIZE, INDEX),))
        case Op(name="min", args=(a, b)) if coefficient < 0:
            return [a, b]
        case Op(name="max", args=(a, b)) if coefficient > 0:
            return [a, b]
        case _:
            pass
    if coefficient > 0:
        return [bounds.lower] if bounds.lower is not None else []
    return [Op("sub", (upper, Const(1, INDEX)), INDEX) for upper in bounds.uppers]


def _range(expr: Expr, known: Known) -> tuple[int, int] | None:
    """The first and the last value of an expression whose parts have ranges known in numbers."""
    match expr:
        case Const(value=int(value)):
            return value, value
        case Op(name="mod", args=(_, Const(value=int(divisor)))) if divisor > 0:
            return 0, divisor - 1
        case Op(name="add" | "mul" | "floordiv" as name, args=(a, b)):
            left, right = _range(a, known), _range(b, known)
            if (
                left is None
                or right is None
                or min(*left, *right) < 0
                or (name == "floordiv" and right[0] == 0)
            ):
                return None
            if name == "floordiv":
                return left[0] // right[1], left[1] // right[0]
            return (
                (left[0] + right[0], left[1] + right[1])
                if name == "add"
                else (left[0] * right[0], left[1] * right[1])
            )
        case _ if expr in known.definitions:
            return _range(known.definitions[expr], known)
        case _:
            return constants({expr: known.bounds[expr]}).get(expr) if expr in known.bounds else None


def _replaced(polynomial: Polynomial, atom: Expr, by: Expr, known: Known) -> Polynomial | None:
    """The polynomial with every occurrence of `atom` whose other factors are not negative replaced."""
    replacement = _polynomial(by, known)
    total: Polynomial = {}
    for monomial, coefficient in polynomial.items():
        if atom not in monomial:
            _add(total, monomial, coefficient)
            continue
        others = list(monomial)
        others.remove(atom)
        if atom in others or not all(_never_negative(other, known) for other in others):
            return None
        for product, factor in _product({tuple(others): coefficient}, replacement, by).items():
            _add(total, product, factor)
    return _relax_quotients(total)


def _relax_quotients(polynomial: Polynomial) -> Polynomial:
    """`-c * (x // c)` is at least `-x`, for a positive constant c."""
    total = polynomial
    for monomial, coefficient in polynomial.items():
        match monomial:
            case (Op(name="floordiv", args=(Param() as dividend, Const(value=int(divisor)))),):
                if coefficient < 0 < divisor and coefficient % divisor == 0:
                    total = _sum(total, {monomial: -coefficient, (dividend,): coefficient // divisor}, 1)
            case _:
                pass
    return total


def _never_negative(atom: Expr, known: Known) -> bool:
    match atom:
        case Param():
            return atom.dtype == INDEX
        case Special():
            return True
        case Op(name="floordiv" | "mod" | "add" | "mul" | "min" | "max", args=args):
            return all(
                (isinstance(arg, Const) and arg.value >= 0) or _never_negative(arg, known) for arg in args
            )
        case Const(value=value):
            return value >= 0
        case _:
            lower = known.bounds.get(atom, Bounds()).lower
            return isinstance(lower, Const) and lower.value >= 0


def _mentions(expr: Expr, variable: Var) -> bool:
    return variable.name in leaves(expr).variables


def _without(bounds: Bounds, variable: Var) -> Bounds | None:
    uppers = tuple(upper for upper in bounds.uppers if not _mentions(upper, variable))
    lower = bounds.lower if bounds.lower is not None and not _mentions(bounds.lower, variable) else None
    return Bounds(lower, uppers) if uppers or lower is not None else None


def constants(bounds: Mapping[Expr, Bounds]) -> dict[Expr, tuple[int, int]]:
    """The atoms whose range is known in numbers: first and last value."""
    found: dict[Expr, tuple[int, int]] = {}
    for atom, known in bounds.items():
        uppers = [int(upper.value) for upper in known.uppers if isinstance(upper, Const)]
        if isinstance(known.lower, Const) and uppers:
            found[atom] = (int(known.lower.value), min(uppers) - 1)
    return found
