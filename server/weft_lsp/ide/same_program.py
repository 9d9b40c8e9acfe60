"""Whether two versions of a kernel are one program, whatever variables they keep their values in.

Both are read once, in step. What an expression computes is told by what it is made of: each variable is replaced by what was
last assigned to it, and each load knows how many effects came before it. What a loop carries from one iteration to the next
has a name of its own, which differs between the versions. Two such names are one if they start alike and, taken for one,
stay alike wherever an iteration ends (a bisimulation). Then the effects must be the same, one after another.
"""

from collections.abc import Hashable, Iterable

from weft.model.diagnostic import Span
from weft.model.ir import (
    Array,
    Assign,
    Barrier,
    Break,
    Const,
    Continue,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Load,
    Op,
    Param,
    Special,
    Stmt,
    Store,
    Var,
    While,
    assigned,
    walk,
)
from weft.records import field, record, replace

# What a variable holds: the number of a term.
Term = int
Values = dict[str, Term]


def is_same_program(before: Kernel, after: Kernel) -> bool:
    if _parameters(before) != _parameters(after) or _memory(before) != _memory(after):
        return False
    if (before.cluster and before.cluster.shape) != (after.cluster and after.cluster.shape):
        return False
    terms = _Terms()
    readings = [_Reading(terms), _Reading(terms)]
    for reading, kernel in zip(readings, (before, after), strict=True):
        reading.block(kernel.body, reading.values)
    return _Comparison(terms, *readings).is_same()


def _parameters(kernel: Kernel) -> list[Hashable]:
    """The parameters, wherever they stand in the text."""
    return [replace(each, span=Span(0, 0)) for each in kernel.parameters]


def _memory(kernel: Kernel) -> list[Hashable]:
    return [(each.dtype, each.space, each.size, each.at_launch) for each in (*kernel.shared, *kernel.local)]


@record
class _Node:
    """label: what is equal in both versions. place: a name that may differ between them."""

    label: Hashable
    parts: tuple[Term, ...] = ()
    place: Hashable = None


class _Terms:
    """Each term once, so that what is used in many places is kept and compared once."""

    def __init__(self) -> None:
        self.nodes: list[_Node] = []
        self._numbers: dict[_Node, Term] = {}

    def of(self, label: Hashable, parts: Iterable[Term] = (), place: Hashable = None) -> Term:
        node = _Node(label, tuple(parts), place)
        number = self._numbers.setdefault(node, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
        return number


@record(frozen=False)
class _Loop:
    """What the variables hold before a loop, and wherever an iteration of it ends."""

    before: Values
    ends: list[Values] = field(default_factory=list[Values])


class _Reading:
    """The effects of one version in the order of the program, and its loops."""

    def __init__(self, terms: _Terms) -> None:
        self.terms = terms
        self.values: Values = {}
        self.effects: list[Term] = []
        self.loops: list[_Loop] = []
        self._around: list[_Loop] = []
        self._branches = 0

    def block(self, body: tuple[Stmt, ...], values: Values) -> None:
        for statement in body:
            self._statement(statement, values)

    def _statement(self, statement: Stmt, values: Values) -> None:
        match statement:
            case Assign(target=target, value=value):
                values[target.name] = self._term(value, values)
            case Store(array=array, offset=offset, value=value, guard=guard):
                parts = [self._term(each, values) for each in (offset, value)]
                self._effect("store", [self._array(array), *parts, *self._guard(guard, values)])
            case Do():
                self._do(statement, values)
            case If():
                self._if(statement, values)
            case For() | While():
                self._loop(statement, values)
            case Break() | Continue():
                self._effect(type(statement).__name__, [])
                self._around[-1].ends.append(dict(values))
            case Barrier(of_cluster=of_cluster):
                self._effect(("barrier", of_cluster), [])
            case Domain(indices=indices, extents=extents, block=block, everyone=everyone, body=body):
                parts = [self._term(extent, values) for extent in extents]
                self._effect(("domain", block, everyone), parts)
                for axis, index in enumerate(indices):
                    values[index.name] = self.terms.of(("coordinate", axis, index.dtype))
                self.block(body, values)

    def _do(self, statement: Do, values: Values) -> None:
        parts = [self._term(each, values) for each in statement.args]
        for place in statement.places:
            parts += [self._array(place.array), self._term(place.offset, values)]
        shape = (len(statement.args), len(statement.places), len(statement.targets))
        label = (statement.name, statement.static, shape)
        self._effect(label, [*parts, *self._guard(statement.guard, values)])
        for at, target in enumerate(statement.targets):
            values[target.name] = self.terms.of(("given", len(self.effects), at, target.dtype))

    def _if(self, statement: If, values: Values) -> None:
        condition = self._term(statement.condition, values)
        self._branches += 1
        number = self._branches
        self._effect("if", [condition])
        then, otherwise = dict(values), dict(values)
        self.block(statement.then, then)
        self._effect("else", [])
        self.block(statement.otherwise, otherwise)
        self._effect("end", [])
        for name in then.keys() | otherwise.keys():
            ways = [way.get(name, self.terms.of("unset")) for way in (then, otherwise)]
            values[name] = ways[0] if ways[0] == ways[1] else self.terms.of(("either", number), ways)

    def _loop(self, statement: For | While, values: Values) -> None:
        number = len(self.loops)
        loop = _Loop(dict(values))
        self.loops.append(loop)
        if isinstance(statement, For):
            bounds = [self._term(each, values) for each in (statement.start, statement.stop, statement.step)]
            self._effect("for", bounds)
        else:
            self._effect("while", [])
        changed = {variable.name for each in walk((statement,)) for variable in assigned(each)}
        inside = dict(values)
        inside.update({name: self.terms.of(("carried", number), (), name) for name in changed})
        if isinstance(statement, For):
            inside[statement.variable.name] = self.terms.of(("count", number, statement.variable.dtype))
        else:
            self._effect("test", [self._term(statement.condition, inside)])
        self._around.append(loop)
        self.block(statement.body, inside)
        self._around.pop()
        loop.ends.append(inside)
        self._effect("end", [])
        values.update({name: self.terms.of(("left", number), (), name) for name in changed})

    def _effect(self, label: Hashable, parts: list[Term]) -> None:
        self.effects.append(self.terms.of(label, parts))

    def _guard(self, guard: Expr | None, values: Values) -> list[Term]:
        return [] if guard is None else [self._term(guard, values)]

    def _array(self, array: Array) -> Term:
        own = array.name if array.space == "global" else None
        kind = ("array", array.dtype, array.space, array.size, array.at_launch, own)
        return self.terms.of(kind, (), array.name if own is None else None)

    def _term(self, expr: Expr, values: Values) -> Term:
        match expr:
            case Var(name=name):
                return values.get(name, self.terms.of("unset"))
            case Const() | Param() | Special():
                return self.terms.of(expr)
            case Op(name=name, args=args, dtype=dtype):
                return self.terms.of((name, dtype), [self._term(each, values) for each in args])
            case Load(array=array, offset=offset, guard=guard):
                parts = [self._array(array), self._term(offset, values), *self._guard(guard, values)]
                return self.terms.of(("load", len(self.effects)), parts)


class _Comparison:
    """What is still to be found the same, and which names stand for one another."""

    def __init__(self, terms: _Terms, before: _Reading, after: _Reading) -> None:
        self._nodes = terms.nodes
        self._unset = terms.of("unset")
        self._before, self._after = before, after
        self._left: list[tuple[Term, Term]] = []
        self._seen: set[tuple[Term, Term]] = set()
        self._arrays: tuple[dict[Hashable, Hashable], dict[Hashable, Hashable]] = ({}, {})
        self._loops: set[tuple[Hashable, Hashable, Hashable]] = set()

    def is_same(self) -> bool:
        one, other = self._before, self._after
        if len(one.effects) != len(other.effects) or len(one.loops) != len(other.loops):
            return False
        self._left = list(zip(one.effects, other.effects, strict=True))
        while self._left:
            pair = self._left.pop()
            if pair not in self._seen:
                self._seen.add(pair)
                if not self._is_alike(*map(self._nodes.__getitem__, pair)):
                    return False
        return True

    def _is_alike(self, one: _Node, other: _Node) -> bool:
        if one.label != other.label or len(one.parts) != len(other.parts):
            return False
        self._left += zip(one.parts, other.parts, strict=True)
        match one.label:
            case ("carried" | "left", int() as number):
                return self._is_carried_alike(number, one.place, other.place)
            case ("array", *_) if one.place is not None:
                there, back = self._arrays
                return (
                    there.setdefault(one.place, other.place) == other.place
                    and back.setdefault(other.place, one.place) == one.place
                )
            case _:
                return True

    def _is_carried_alike(self, number: int, one: Hashable, other: Hashable) -> bool:
        """Whether two variables may hold the same in each iteration: the rest is left to be compared."""
        first, second = self._before.loops[number], self._after.loops[number]
        if len(first.ends) != len(second.ends):
            return False
        if (number, one, other) not in self._loops:
            self._loops.add((number, one, other))
            for a, b in zip((first.before, *first.ends), (second.before, *second.ends), strict=True):
                self._left.append((a.get(str(one), self._unset), b.get(str(other), self._unset)))
        return True
