"""Which local names are still needed where, over the statements of a function as they are written."""

import ast
from collections.abc import Iterable, Sequence

from weft.records import field, record

Names = frozenset[str]
_NONE: Names = frozenset()


def needed_by(statements: Sequence[ast.stmt], after: Names = _NONE) -> Names:
    """The names whose values the statements need from before, where `after` are needed behind them."""
    return _Reader(None).block(statements, after)


def needed_after(function: ast.FunctionDef, last: ast.stmt) -> Names:
    """The names that may be read once a statement is done, before they have another value."""
    reader = _Reader(last)
    reader.block(function.body, _NONE)
    return reader.found


@record(frozen=False)
class _Reader:
    """Reads backwards. found: what is needed behind the statement that is looked for."""

    wanted: ast.stmt | None
    found: Names = _NONE
    # What `break` and `continue` lead to, the innermost loop last.
    jumps: list[tuple[Names, Names]] = field(default_factory=list[tuple[Names, Names]])

    def block(self, statements: Sequence[ast.stmt], after: Names) -> Names:
        for statement in reversed(statements):
            if statement is self.wanted:
                self.found |= after
            after = self._before(statement, after)
        return after

    def _before(self, statement: ast.stmt, after: Names) -> Names:
        match statement:
            case ast.If(test=test, body=body, orelse=orelse):
                return _read([test]) | self.block(body, after) | self.block(orelse, after)
            case ast.For(target=target, iter=iterated, body=body):
                return _read([iterated]) | self._loop(body, after, _bound([target]), _NONE)
            case ast.While(test=test, body=body):
                return self._loop(body, after, _NONE, _read([test]))
            case ast.Return():
                return _read([statement])
            case ast.Break():
                return self.jumps[-1][0] if self.jumps else after
            case ast.Continue():
                return self.jumps[-1][1] if self.jumps else after
            case ast.AugAssign(target=ast.Name(id=name)):
                return after | _read([statement]) | {name}
            case _:
                return (after - _bound([statement])) | _read([statement])

    def _loop(self, body: Sequence[ast.stmt], after: Names, bound: Names, test: Names) -> Names:
        """`bound` at the start of each iteration; `test` is read there. The body may run no time at all."""
        head = after | test
        while True:
            self.jumps.append((after, head))
            more = head | (self.block(body, head) - bound)
            self.jumps.pop()
            if more == head:
                return head
            head = more


def _read(nodes: Iterable[ast.AST]) -> Names:
    return _names(nodes, ast.Load)


def _bound(nodes: Iterable[ast.AST]) -> Names:
    return _names(nodes, ast.Store)


def _names(nodes: Iterable[ast.AST], context: type[ast.expr_context]) -> Names:
    return frozenset(
        each.id
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, context)
    )
