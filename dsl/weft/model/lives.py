"""A name for each life of a variable, so that what is true of it in one place is not told of it in another.

In `total = x[i]; total = weft.block_sum(total)` one name stands for two numbers: one that differs between threads, and one
that does not. Here the second becomes `total'2`. Two assignments share a name only where some use may see either: these are
the "webs" of register allocation (Muchnick, "Advanced Compiler Design and Implementation", 16.3.3). For analyses only; code is
made from the names of the text.
"""

from collections import Counter
from operator import is_
from typing import TypeVar, cast

from weft.model.ir import (
    Assign,
    Break,
    Continue,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Load,
    Op,
    Place,
    Stmt,
    Store,
    Var,
    While,
    assigned,
    leaves,
    walk,
)
from weft.records import replace

S = TypeVar("S", Do, If, For, While, Domain)

# One assignment: the identity of its statement, and the variable.
Definition = tuple[int, str]
Reaching = dict[str, frozenset[Definition]]


def by_lives(kernel: Kernel) -> Kernel:
    """The kernel with its variables renamed, each statement at its place with its span."""
    webs = _Webs(frozenset(name for name, count in kernel.times_assigned.items() if count > 1))
    if not webs.watched:
        return kernel
    _Reader(webs).block(kernel.body)
    webs.settle()
    return replace(kernel, body=_Reader(webs).block(kernel.body)) if webs.split else kernel


class _Webs:
    """Sets of assignments that share a name. watched: the variables that are assigned in several places."""

    def __init__(self, watched: frozenset[str]) -> None:
        self.watched = watched
        self.is_settled = False
        # The variables that have several lives.
        self.split: frozenset[str] = frozenset()
        self._definitions: set[Definition] = set()
        self._parents: dict[Definition, Definition] = {}
        self._names: dict[Definition, str] = {}
        self._counts: dict[str, int] = {}

    def add(self, definition: Definition) -> None:
        self._definitions.add(definition)

    def settle(self) -> None:
        self.is_settled = True
        roots = Counter(name for _, name in {self._root(one) for one in self._definitions})
        self.split = frozenset(name for name, count in roots.items() if count > 1)

    def join(self, definitions: frozenset[Definition]) -> None:
        first, *others = definitions
        for other in others:
            self._parents[self._root(other)] = self._root(first)

    def name(self, definition: Definition) -> str:
        root = self._root(definition)
        if root not in self._names:
            own = definition[1]
            number = self._counts[own] = self._counts.get(own, 0) + 1
            self._names[root] = own if number == 1 else f"{own}'{number}"
        return self._names[root]

    def _root(self, definition: Definition) -> Definition:
        while (parent := self._parents.get(definition, definition)) != definition:
            self._parents[definition] = definition = self._parents.get(parent, parent)
        return definition


class _Reader:
    """Follows which assignments reach each use. It reads a kernel twice: to join them, and, once that is settled, to rename."""

    def __init__(self, webs: _Webs) -> None:
        self.webs = webs
        # The variables that matter: to whatever names no other, nothing happens.
        self.names = webs.split if webs.is_settled else webs.watched
        self.reaching: Reaching = {}

    def block(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(self.statement(statement) for statement in body)

    def statement(self, statement: Stmt) -> Stmt:
        match statement:
            case Assign(target=target, value=value):
                if target.name not in self.names and leaves(value).variables.isdisjoint(self.names):
                    return statement
                read = self.expr(value)
                given = self.define(statement, target)
                if read is value and given is target:
                    return statement
                return Assign(given, read, statement.span)
            case Store(offset=offset, value=value, guard=guard):
                condition = guard and self.expr(guard)
                place, stored = self.expr(offset), self.expr(value)
                if place is offset and stored is value and condition is guard:
                    return statement
                return Store(statement.array, place, stored, condition, statement.span)
            case Do():
                return self.do(statement)
            case If():
                return self.branch(statement)
            case For():
                return self.loop(statement)
            case While():
                before = self.enter(statement.body)
                condition = self.expr(statement.condition)
                body = self.block(statement.body)
                self.leave(statement, before)
                return _with(statement, condition=condition, body=body)
            case Domain():
                extents = tuple(map(self.expr, statement.extents))
                indices = tuple(self.define(statement, index) for index in statement.indices)
                return _with(statement, indices=indices, extents=extents, body=self.block(statement.body))
            case _:
                return statement

    def do(self, do: Do) -> Do:
        guard = do.guard and self.expr(do.guard)
        args = tuple(map(self.expr, do.args))
        places = tuple(map(self.place, do.places))
        targets = tuple(self.define(do, target) for target in do.targets)
        return _with(do, guard=guard, args=args, places=places, targets=targets)

    def place(self, place: Place) -> Place:
        offset = self.expr(place.offset)
        return place if offset is place.offset else Place(place.array, offset)

    def branch(self, branch: If) -> If:
        condition, before = self.expr(branch.condition), dict(self.reaching)
        then = self.block(branch.then)
        after, self.reaching = self.reaching, before
        otherwise = self.block(branch.otherwise)
        self.reaching = _either(after, self.reaching)
        return _with(branch, condition=condition, then=then, otherwise=otherwise)

    def loop(self, loop: For) -> For:
        start, stop, step = (self.expr(part) for part in (loop.start, loop.stop, loop.step))
        before = self.enter(loop.body)
        variable = self.define(loop, loop.variable)
        body = self.block(loop.body)
        self.leave(loop, before)
        return _with(loop, variable=variable, start=start, stop=stop, step=step, body=body)

    def enter(self, body: tuple[Stmt, ...]) -> Reaching:
        """Before a round of a loop, whatever any round assigns may be there. What was there before the loop."""
        before = self.reaching
        self.reaching = _either(before, self.defined(body))
        return before

    def leave(self, loop: For | While, before: Reaching) -> None:
        if any(isinstance(one, (Break, Continue)) for one in walk(loop.body)):
            self.reaching = _either(self.defined(loop.body), self.reaching)
        self.reaching = _either(before, self.reaching)

    def defined(self, body: tuple[Stmt, ...]) -> Reaching:
        """The assignments in some statements, by variable."""
        found: Reaching = {}
        for statement in walk(body):
            for variable in assigned(statement):
                name = variable.name
                if name in self.names:
                    found[name] = found.get(name, frozenset()) | {(id(statement), name)}
        return found

    def define(self, statement: Stmt, variable: Var) -> Var:
        if variable.name not in self.names:
            return variable
        definition = (id(statement), variable.name)
        self.webs.add(definition)
        self.reaching[variable.name] = frozenset((definition,))
        return self.renamed(variable, definition)

    def expr(self, expr: Expr) -> Expr:
        names = leaves(expr).variables
        if names.isdisjoint(self.names):
            return expr
        if self.webs.is_settled:
            return self.renamed_in(expr)
        for name in names:
            reaching = self.reaching.get(name)
            if reaching and len(reaching) > 1:
                self.webs.join(reaching)
        return expr

    def renamed_in(self, expr: Expr) -> Expr:
        if isinstance(expr, Var):
            reaching = self.reaching.get(expr.name)
            return self.renamed(expr, next(iter(reaching))) if reaching else expr
        if not isinstance(expr, (Op, Load)) or leaves(expr).variables.isdisjoint(self.webs.split):
            return expr
        if isinstance(expr, Op):
            parts = tuple(map(self.renamed_in, expr.args))
            return expr if all(map(is_, parts, expr.args)) else Op(expr.name, parts, expr.dtype)
        place, condition = self.renamed_in(expr.offset), expr.guard and self.renamed_in(expr.guard)
        is_same = place is expr.offset and condition is expr.guard
        return expr if is_same else Load(expr.array, place, condition, expr.span)

    def renamed(self, variable: Var, definition: Definition) -> Var:
        if variable.name not in self.webs.split:
            return variable
        name = self.webs.name(definition)
        return variable if name == variable.name else replace(variable, name=name)


def _with(statement: S, **parts: object) -> S:
    """The statement with other parts; itself where they are the same."""
    is_same = all(_is_same(getattr(statement, name), part) for name, part in parts.items())
    return statement if is_same else replace(statement, **parts)


def _is_same(before: object, after: object) -> bool:
    if not isinstance(before, tuple) or not isinstance(after, tuple):
        return before is after
    return all(map(is_, cast("tuple[object, ...]", before), cast("tuple[object, ...]", after)))


def _either(one: Reaching, other: Reaching) -> Reaching:
    """What reaches the place where two paths meet."""
    both = dict(one)
    for name, defined in other.items():
        own = one.get(name)
        if own is None:
            both[name] = defined
        elif own is not defined:
            both[name] = own | defined
    return both
