"""Prove that an index stays below an extent, for every value the launch may have.

Index expressions are polynomials with whole coefficients over atoms (parameters, variables, quotients). To show
`a < b`, the difference `b - a - 1` is bounded from below: variables are replaced by their bounds until only
parameters are left, which are never negative. What cannot be shown stays unproved, and gets a guard.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from weft.model.dtypes import INDEX
from weft.model.ir import WARP_SIZE, Const, Expr, Op, Param, Special, Var, leaves
from weft.model.multiples import Multiples
from weft.model.rewrite import rewrite
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


class _Found:
    """What was computed of what holds at a place. names: the variables in the expressions of which it was computed."""

    def __init__(self) -> None:
        self.polynomials: dict[Expr, Polynomial] = {}
        self.multiples: dict[Expr, int] = {}
        # Whether the first is less than the second, or, with None, not negative.
        self.proofs: dict[tuple[Expr, Expr | None], bool] = {}
        self.names: set[str] = set()

    def copy(self) -> "_Found":
        copied = _Found()
        copied.polynomials = dict(self.polynomials)
        copied.multiples = dict(self.multiples)
        copied.proofs = dict(self.proofs)
        copied.names = set(self.names)
        return copied


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
    _tested_names: frozenset[str] = frozenset()
    # Shared with copies until one of them changes.
    _found: _Found = field(default_factory=_Found, compare=False)
    _is_shared: bool = field(default=False, compare=False)

    def copy(self) -> "Known":
        self._is_shared = True
        return Known(
            dict(self.definitions),
            dict(self.bounds),
            self.tested,
            dict(self._users),
            self._tested_names,
            self._found,
            True,
        )

    def polynomial(self, expr: Expr) -> Polynomial:
        """Not to be changed."""
        found = self._found.polynomials.get(expr)
        if found is None:
            found = self._found.polynomials[expr] = _polynomial(expr, self)
            self._found.names |= leaves(expr).variables
        return found

    def divisor(self, expr: Expr) -> int:
        """What surely divides `expr`; see `Multiples`."""
        if isinstance(expr, Const):
            return _NOTHING_DIVIDES.of(expr)
        found = self._found.multiples.get(expr)
        if found is None:
            found = self._found.multiples[expr] = Multiples(frozenset(), self.definitions).of(expr)
            self._found.names |= leaves(expr).variables
        return found

    def is_shown(self, a: Expr, b: Expr | None, show: Callable[[], bool]) -> bool:
        """What `show` finds of `a < b`, or of `a >= 0` where b is None; found once."""
        found = self._found.proofs.get((a, b))
        if found is None:
            found = self._found.proofs[a, b] = show()
            self._found.names |= leaves(a).variables
            if b is not None:
                self._found.names |= leaves(b).variables
        return found

    def defined(self, expr: Expr) -> Expr:
        """`expr` with the variables that are defined replaced by what they are."""
        found = rewrite(expr, lambda leaf: self.definitions.get(leaf, leaf))
        return expr if found == expr else self.defined(found)

    def define(self, variable: Var, value: Expr) -> None:
        self._compute_again(variable)
        self.definitions[variable] = value
        self._use(variable, value)

    def forget(self, variable: Var) -> None:
        """`variable` gets another value: drop all that was known of it or through it."""
        self._compute_again(variable)
        self.definitions.pop(variable, None)
        self.bounds.pop(variable, None)
        for key in self._users.pop(variable.name, ()):
            if key in self.definitions and _mentions(self.definitions[key], variable):
                del self.definitions[key]
            if key in self.bounds:
                kept = _without(self.bounds.pop(key), variable)
                if kept is not None and not _mentions(key, variable):
                    self.bounds[key] = kept
        if variable.name in self._tested_names:
            self._test(pair for pair in self.tested if not any(_mentions(side, variable) for side in pair))

    def assume_less(self, atom: Expr, upper: Expr) -> None:
        known = self.bounds.get(atom, Bounds())
        self._bound(atom, Bounds(known.lower, (*known.uppers, upper)), upper)
        # Memory may change between a test and what follows.
        if not leaves(atom).loads and not leaves(upper).loads:
            self._test((*self.tested, (atom, upper))[-_MOST_TESTS:])

    def assume_at_least(self, atom: Expr, lower: Expr) -> None:
        known = self.bounds.get(atom, Bounds())
        self._bound(atom, Bounds(lower, known.uppers), lower)

    def _bound(self, atom: Expr, bounds: Bounds, by: Expr) -> None:
        self._own().proofs.clear()
        self.bounds[atom] = bounds
        self._use(atom, by)

    def _test(self, pairs: Iterable[tuple[Expr, Expr]]) -> None:
        self.tested = tuple(pairs)
        names = [leaves(side).variables for pair in self.tested for side in pair]
        self._tested_names = frozenset[str]().union(*names)

    def _compute_again(self, variable: Var) -> None:
        # What is made of it through the definition of another variable goes as well: that other one is in the expression.
        if variable.name in self._found.names or variable.name in self._users:
            self._found, self._is_shared = _Found(), False
        else:
            self._own()

    def _own(self) -> _Found:
        """What was computed here, of what only this place knows from now on."""
        if self._is_shared:
            self._found, self._is_shared = self._found.copy(), False
        return self._found

    def _use(self, key: Expr, value: Expr) -> None:
        for name in leaves(value).variables | leaves(key).variables:
            self._users[name] = (*self._users.get(name, ()), key)


def is_less(a: Expr, b: Expr, known: Known) -> bool:
    """Whether `a < b` holds for certain."""
    if isinstance(a, Const) and isinstance(b, Const):
        return a.value < b.value
    return known.is_shown(a, b, lambda: _is_less(a, b, known))


def _is_less(a: Expr, b: Expr, known: Known) -> bool:
    if _is_bounded(a, b, known):
        return True
    rest = _room(a, b, known)
    return _is_not_negative(rest, known, _MOST_STEPS) or any(
        _is_not_negative(_sum(rest, _room(*pair, known), -1), known, _MOST_STEPS)
        for pair in reversed(known.tested)
        if not _is_bound(pair[0], known)
    )


def _is_bounded(a: Expr, b: Expr, known: Known) -> bool:
    """Whether that is what is known of `a`: the usual case, seen without polynomials."""
    if not isinstance(a, Var) or not isinstance(b, (Param, Const)) or a in known.definitions:
        return False
    return b in known.bounds.get(a, _NO_BOUNDS).uppers


def _is_bound(tested: Expr, known: Known) -> bool:
    """Whether what was tested is an atom, for which its bounds say the same."""
    return isinstance(tested, Special) or (isinstance(tested, Var) and tested not in known.definitions)


def _room(a: Expr, b: Expr, known: Known) -> Polynomial:
    """`b - a - 1`, which is not negative where `a < b`."""
    total = _sum(known.polynomial(b), known.polynomial(a), -1)
    _add(total, (), -1)
    return total


def is_not_negative(a: Expr, known: Known) -> bool:
    """Whether `a >= 0` holds for certain."""
    if isinstance(a, Const):
        return a.value >= 0
    return known.is_shown(a, None, lambda: _is_not_negative(known.polynomial(a), known, _MOST_STEPS))


def may_be_reached(known: Known) -> bool:
    """Whether nothing that a test around a place found contradicts what is known otherwise: if it does, no thread comes there."""
    for a, b in known.tested:
        if is_not_negative(Op("sub", (a, b), INDEX), known):
            return False
    for atom, bounds in known.bounds.items():
        if atom in known.definitions:
            if bounds.lower is not None and is_less(atom, bounds.lower, known):
                return False
            if any(is_not_negative(Op("sub", (atom, upper), INDEX), known) for upper in bounds.uppers):
                return False
    return True


def difference(a: tuple[Expr, Known], b: tuple[Expr, Known]) -> int | None:
    """`a - b`, each with what is known where it stands; None where that is no number known now."""
    rest = _sum(_polynomial(*a), _polynomial(*b), -1)
    return rest.get((), 0) if rest.keys() <= {()} else None


def _polynomial(expr: Expr, known: Known) -> Polynomial:
    # The classes are asked for one after another: patterns would take twice the time of all proofs.
    if isinstance(expr, Const):
        if isinstance(expr.value, int):
            return {(): int(expr.value)} if expr.value else {}
    elif isinstance(expr, Var):
        if expr in known.definitions:
            return _polynomial(known.definitions[expr], known)
    elif isinstance(expr, Op):
        name, args = expr.name, expr.args
        if name == "add":
            return _sum(_polynomial(args[0], known), _polynomial(args[1], known), 1)
        if name == "sub":
            return _sum(_polynomial(args[0], known), _polynomial(args[1], known), -1)
        if name == "mul":
            return _product(_polynomial(args[0], known), _polynomial(args[1], known), expr)
        if name == "neg":
            return _sum({}, _polynomial(args[0], known), -1)
        if name == "cast" and expr.dtype == INDEX and args[0].dtype.is_integer and args[0].dtype.bits < 64:
            return _polynomial(args[0], known)
    return {(expr,): 1}


def _sum(a: Polynomial, b: Polynomial, factor: int) -> Polynomial:
    total = dict(a)
    for monomial, coefficient in b.items():
        found = total.get(monomial, 0) + factor * coefficient
        if found:
            total[monomial] = found
        else:
            total.pop(monomial, None)
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
    for one, other in ((a, b), (b, a)):
        if len(one) == 1 and () in one:  # a number times the other
            return {monomial: one[()] * coefficient for monomial, coefficient in other.items()}
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
                for by in replacements:
                    rest = _replaced(polynomial, atom, by, known)
                    if rest is not None and _is_not_negative(rest, known, steps - 1):
                        return True
                return False
    return all(
        coefficient >= 0 and all(_never_negative(atom, known) for atom in monomial)
        for monomial, coefficient in polynomial.items()
    )


def _replacements(atom: Expr, coefficient: int, known: Known) -> Sequence[Expr]:
    """What may stand for an atom so that the whole only gets smaller."""
    bounds = known.bounds.get(atom, _NO_BOUNDS)
    if isinstance(atom, Op):
        name = atom.name
        if name == "mod":
            bounds = Bounds(_ZERO, (atom.args[1],))
        elif name == "floordiv":
            found = _range(atom, known)
            bounds = Bounds(Const(found[0], INDEX), (Const(found[1] + 1, INDEX),)) if found else bounds
        elif (name == "min" and coefficient < 0) or (name == "max" and coefficient > 0):
            return atom.args
    elif isinstance(atom, Special) and atom.name in ("lane_id", "warp_id"):
        bounds = _OF_WARP
    if coefficient > 0:
        return [bounds.lower] if bounds.lower is not None else ()
    return [_less_one(upper) for upper in bounds.uppers]


_NOTHING_DIVIDES = Multiples(frozenset(), {})
_ZERO, _ONE = Const(0, INDEX), Const(1, INDEX)
_NO_BOUNDS = Bounds()
_OF_WARP = Bounds(_ZERO, (Const(WARP_SIZE, INDEX),))


def _less_one(upper: Expr) -> Expr:
    return Op("sub", (upper, _ONE), INDEX)


def _range(expr: Expr, known: Known) -> tuple[int, int] | None:
    """The first and the last value of an expression whose parts have ranges known in numbers."""
    if isinstance(expr, Const):
        if isinstance(expr.value, int):
            return int(expr.value), int(expr.value)
    elif isinstance(expr, Op):
        name = expr.name
        if name == "mod":
            divisor = expr.args[1]
            if isinstance(divisor, Const) and isinstance(divisor.value, int) and divisor.value > 0:
                return 0, int(divisor.value) - 1
        elif name in ("add", "mul", "floordiv"):
            return _range_of(name, _range(expr.args[0], known), _range(expr.args[1], known))
    if expr in known.definitions:
        return _range(known.definitions[expr], known)
    return constants({expr: known.bounds[expr]}).get(expr) if expr in known.bounds else None


def _range_of(name: str, a: tuple[int, int] | None, b: tuple[int, int] | None) -> tuple[int, int] | None:
    if a is None or b is None or a[0] < 0 or b[0] < 0 or (name == "floordiv" and b[0] == 0):
        return None
    if name == "floordiv":
        return a[0] // b[1], a[1] // b[0]
    return (a[0] + b[0], a[1] + b[1]) if name == "add" else (a[0] * b[0], a[1] * b[1])


def _replaced(polynomial: Polynomial, atom: Expr, by: Expr, known: Known) -> Polynomial | None:
    """The polynomial with every occurrence of `atom` whose other factors are not negative replaced."""
    replacement = known.polynomial(by)
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
        atom = monomial[0] if coefficient < 0 and len(monomial) == 1 else None
        if not isinstance(atom, Op) or atom.name != "floordiv":
            continue
        dividend, divisor = atom.args
        if isinstance(dividend, Param) and isinstance(divisor, Const) and isinstance(divisor.value, int):
            by = int(divisor.value)
            if by > 0 and coefficient % by == 0:
                total = _sum(total, {monomial: -coefficient, (dividend,): coefficient // by}, 1)
    return total


def _never_negative(atom: Expr, known: Known) -> bool:
    if isinstance(atom, Param):
        return atom.dtype == INDEX
    if isinstance(atom, Special):
        return True
    if isinstance(atom, Const):
        return atom.value >= 0
    if isinstance(atom, Op) and atom.name in ("floordiv", "mod", "add", "mul", "min", "max"):
        return all(_never_negative(arg, known) for arg in atom.args)
    lower = known.bounds.get(atom, _NO_BOUNDS).lower
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
