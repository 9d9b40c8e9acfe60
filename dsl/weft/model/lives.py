"""A name for each life of a variable, so that what is true of it in one place is not told of it in another.

In `total = x[i]; total = weft.block_sum(total)` one name stands for two numbers: one that differs between threads, and one
that does not. Here the second becomes `total'2`. Two assignments share a name only where some use may see either: these are
the "webs" of register allocation (Muchnick, "Advanced Compiler Design and Implementation", 16.3.3). For analyses only; code is
made from the names of the text.
"""

from operator import is_

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
    walk,
    walk_expr,
)
from weft.records import replace

# One assignment: the identity of its statement, and the variable.
Definition = tuple[int, str]
Reaching = dict[str, frozenset[Definition]]


def by_lives(kernel: Kernel) -> Kernel:
    """The kernel with its variables renamed, each statement at its place with its span."""
    names = [variable.name for statement in walk(kernel.body) for variable in assigned(statement)]
    if len(set(names)) == len(names):
        return kernel
    webs = _Webs()
    _Reader(webs).block(kernel.body)
    webs.is_settled = True
    return replace(kernel, body=_Reader(webs).block(kernel.body))


class _Webs:
    """Sets of assignments that share a name."""

    def __init__(self) -> None:
        self.is_settled = False
        self._parents: dict[Definition, Definition] = {}
        self._names: dict[Definition, str] = {}
        self._counts: dict[str, int] = {}

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
        self.reaching: Reaching = {}

    def block(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(self.statement(statement) for statement in body)

    def statement(self, statement: Stmt) -> Stmt:
        match statement:
            case Assign(target=target, value=value):
                value = self.expr(value)
                return replace(statement, target=self.define(statement, target), value=value)
            case Store(offset=offset, value=value, guard=guard):
                guard = guard and self.expr(guard)
                return replace(statement, offset=self.expr(offset), value=self.expr(value), guard=guard)
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
                return replace(statement, condition=condition, body=body)
            case Domain():
                extents = tuple(map(self.expr, statement.extents))
                indices = tuple(self.define(statement, index) for index in statement.indices)
                return replace(statement, indices=indices, extents=extents, body=self.block(statement.body))
            case _:
                return statement

    def do(self, do: Do) -> Do:
        guard = do.guard and self.expr(do.guard)
        args = tuple(map(self.expr, do.args))
        places = tuple(Place(place.array, self.expr(place.offset)) for place in do.places)
        targets = tuple(self.define(do, target) for target in do.targets)
        return replace(do, guard=guard, args=args, places=places, targets=targets)

    def branch(self, branch: If) -> If:
        condition, before = self.expr(branch.condition), dict(self.reaching)
        then = self.block(branch.then)
        after, self.reaching = self.reaching, before
        otherwise = self.block(branch.otherwise)
        self.reaching = _either(after, self.reaching)
        return replace(branch, condition=condition, then=then, otherwise=otherwise)

    def loop(self, loop: For) -> For:
        start, stop, step = (self.expr(part) for part in (loop.start, loop.stop, loop.step))
        before = self.enter(loop.body)
        variable = self.define(loop, loop.variable)
        body = self.block(loop.body)
        self.leave(loop, before)
        return replace(loop, variable=variable, start=start, stop=stop, step=step, body=body)

    def enter(self, body: tuple[Stmt, ...]) -> Reaching:
        """Before a round of a loop, whatever any round assigns may be there. What was there before the loop."""
        before = self.reaching
        self.reaching = _either(before, _defined(body))
        return before

    def leave(self, loop: For | While, before: Reaching) -> None:
        if any(isinstance(one, Break | Continue) for one in walk(loop.body)):
            self.reaching = _either(_defined(loop.body), self.reaching)
        self.reaching = _either(before, self.reaching)

    def define(self, statement: Stmt, variable: Var) -> Var:
        definition = (id(statement), variable.name)
        self.reaching[variable.name] = frozenset((definition,))
        return self.renamed(variable, definition)

    def expr(self, expr: Expr) -> Expr:
        if self.webs.is_settled:
            return self.renamed_in(expr)
        for part in walk_expr(expr):
            if isinstance(part, Var) and (reaching := self.reaching.get(part.name)):
                self.webs.join(reaching)
        return expr

    def renamed_in(self, expr: Expr) -> Expr:
        match expr:
            case Var(name=name):
                reaching = self.reaching.get(name)
                return self.renamed(expr, next(iter(reaching))) if reaching else expr
            case Op(args=args):
                parts = tuple(map(self.renamed_in, args))
                return expr if all(map(is_, parts, args)) else replace(expr, args=parts)
            case Load(offset=offset, guard=guard):
                place, condition = self.renamed_in(offset), guard and self.renamed_in(guard)
                is_same = place is offset and condition is guard
                return expr if is_same else replace(expr, offset=place, guard=condition)
            case _:
                return expr

    def renamed(self, variable: Var, definition: Definition) -> Var:
        if not self.webs.is_settled:
            return variable
        name = self.webs.name(definition)
        return variable if name == variable.name else replace(variable, name=name)


def _either(one: Reaching, other: Reaching) -> Reaching:
    """What reaches the place where two paths meet."""
    return one | {name: one.get(name, frozenset()) | defined for name, defined in other.items()}


def _defined(body: tuple[Stmt, ...]) -> Reaching:
    found: Reaching = {}
    for statement in walk(body):
        for variable in assigned(statement):
            found[variable.name] = found.get(variable.name, frozenset()) | {(id(statement), variable.name)}
    return found
