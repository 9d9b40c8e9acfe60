"""What the lanes of a warp do together, on a processor that runs them one after the other.

As in COX and CuPBoP, the statements between two barriers that hold an effect of a warp are run warp by warp. In a warp
they are split at its effects as a block is at barriers: each lane puts its operands into memory, the group of statements
ends, the effect is done once for the warp, and the next group finds each lane's result in memory.

An effect joins by being of the scope "warp" in `EFFECTS` and having a function in the prelude that does it for a whole
warp. That function is given, each as an address: for each place its base and its offsets; the operands; the targets. The
last argument is the number of lanes, below 32 in the last warp of a block. An address of operands, offsets or targets is
that of lane 0's value; the other lanes' follow, 32 of them even where the warp has fewer lanes. Values are as
`Expressions.carried` says, offsets int64. All lanes come to the effect: the front end refuses flow that parts them.
"""

from collections import Counter
from collections.abc import Iterator

from weft.model import fold
from weft.model.dtypes import I64
from weft.model.ir import (
    Assign,
    Break,
    Continue,
    Do,
    Expr,
    For,
    If,
    Stmt,
    Var,
    While,
    assigned,
    children,
    expressions,
    has_barrier,
    is_of_warp,
    walk,
    walk_expr,
)
from weft.records import replace

# Effects that read all of an operand's lanes before they set them: what is given may lie where it is.
_IN_PLACE = frozenset({"mma"})


def prepare(body: tuple[Stmt, ...], kept: frozenset[str]) -> tuple[Stmt, ...]:
    """The same statements, with operands of a warp's effects in variables of their own and guards of effects as branches.

    kept: variables of which each lane has its own value in memory, so that some effects find them there.
    """
    return _Preparation(body, kept).body(body)


def in_place(body: tuple[Stmt, ...]) -> frozenset[str]:
    """The variables that effects of a prepared body find where they are."""
    effects = (one for one in walk(body) if isinstance(one, Do) and one.name in _IN_PLACE)
    return frozenset(variable.name for do in effects for variable in operands(do))


def has_warp_effect(statement: Stmt) -> bool:
    return any(map(is_of_warp, walk((statement,))))


def is_run_by_warps(statement: Stmt, *, inside_loop: bool) -> bool:
    """Whether a statement between two barriers is run once by each warp. inside_loop: inside a loop that is."""
    if isinstance(statement, Break | Continue):
        return inside_loop
    loose = inside_loop and isinstance(statement, If) and has_loose_jump((statement,))
    return loose or has_warp_effect(statement)


def has_loose_jump(body: tuple[Stmt, ...]) -> bool:
    """Whether a `break` or `continue` in `body` leaves it."""
    return any(
        isinstance(statement, Break | Continue)
        or (isinstance(statement, If) and any(map(has_loose_jump, children(statement))))
        for statement in body
    )


def operands(do: Do) -> tuple[Var, ...]:
    """The variables in which a prepared effect finds what each lane gives, then those that it sets."""
    given = (*(place.offset for place in do.places), *do.args)
    return (*(one for one in given if isinstance(one, Var)), *do.targets)


def counters(body: tuple[Stmt, ...]) -> frozenset[str]:
    """The variables of the loops that warps run: a prepared body sets them nowhere else."""
    return frozenset(
        statement.variable.name
        for statement in walk(body)
        if isinstance(statement, For) and has_warp_effect(statement) and not has_barrier(statement.body)
    )


class _Preparation:
    def __init__(self, body: tuple[Stmt, ...], kept: frozenset[str]) -> None:
        self.kept = kept
        self.taken = {variable.name for statement in walk(body) for variable in assigned(statement)}
        self.mentions = _mentions(body)
        self.numbers = Counter[str]()

    def body(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(part for statement in body for part in self._statement(statement))

    def _statement(self, statement: Stmt) -> Iterator[Stmt]:
        if not has_warp_effect(statement):
            yield statement
            return
        match statement:
            case Do(guard=None):
                yield from self._effect(statement)
            case Do():
                yield self._guarded(statement)
            case If(then=then, otherwise=otherwise):
                yield replace(statement, then=self.body(then), otherwise=self.body(otherwise))
            case For(body=inner):
                yield self._loop(replace(statement, body=self.body(inner)))
            case While(body=inner):
                yield replace(statement, body=self.body(inner))
            case _:
                yield statement

    def _effect(self, do: Do) -> Iterator[Stmt]:
        offsets = [self._held(do, fold.convert(place.offset, I64)) for place in do.places]
        args = [arg if self._is_in_place(do, arg) else self._held(do, arg) for arg in do.args]
        yield from (held for held in (*offsets, *args) if isinstance(held, Assign))
        places = tuple(
            replace(place, offset=held.target) for place, held in zip(do.places, offsets, strict=True)
        )
        yield replace(do, places=places, args=tuple(map(_variable, args)))

    def _is_in_place(self, do: Do, arg: Expr) -> bool:
        return do.name in _IN_PLACE and isinstance(arg, Var) and arg.name in self.kept

    def _held(self, do: Do, value: Expr) -> Assign:
        return Assign(self._fresh(f"{do.name}_operand", value), value, do.span)

    def _fresh(self, hint: str, like: Expr) -> Var:
        while f"{hint}{self.numbers[hint]}" in self.taken:
            self.numbers[hint] += 1
        name = f"{hint}{self.numbers[hint]}"
        self.taken.add(name)
        return Var(name, like.dtype)

    def _guarded(self, do: Do) -> Stmt:
        assert do.guard is not None
        zeros = tuple(Assign(target, fold.const(0, target.dtype), do.span) for target in do.targets)
        return If(do.guard, tuple(self._effect(replace(do, guard=None))), zeros, do.span)

    def _loop(self, loop: For) -> For:
        """A loop with a variable that only it sets and only its body reads: warps take turns with it."""
        if has_barrier(loop.body):
            return loop
        inside = _mentions(loop.body)
        name = loop.variable.name
        is_set = any(
            variable.name == name for statement in walk(loop.body) for variable in assigned(statement)
        )
        # The loop itself is one mention.
        if not is_set and self.mentions[name] == inside[name] + 1:
            return loop
        counter = self._fresh(f"{name}_count", loop.variable)
        copied = Assign(loop.variable, counter, loop.span)
        return replace(loop, variable=counter, body=(copied, *loop.body))


def _variable(held: Expr | Assign) -> Expr:
    return held.target if isinstance(held, Assign) else held


def _mentions(body: tuple[Stmt, ...]) -> Counter[str]:
    found: Counter[str] = Counter()
    for statement in walk(body):
        found.update(variable.name for variable in assigned(statement))
        for expr in expressions(statement):
            found.update(part.name for part in walk_expr(expr) if isinstance(part, Var))
    return found
