"""Which names of a file are one name: Python's rules of scope, over the trees that the Model has parsed.

The Model's facts say what a name stands for where the code is read; renaming must also see code that is never run.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from weakref import ref

from weft.model.declarations import Function, name_span
from weft.model.diagnostic import Span
from weft.model.embedded import annotation, braces
from weft.model.kept import kept_with_its_argument
from weft.model.syntax import HOLE, Parsed
from weft.records import field, record

# The blocks of a file: each with the offset that its places count from.
Blocks = Sequence[tuple[int, Parsed]]

_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@record
class Occurrence:
    """A place where a name stands. is_write: it is bound there."""

    span: Span
    is_write: bool


@record
class Name:
    """One name of one scope. function: the function, lambda or class that it is local to; None at the level of the module.

    path: what Python calls that function or class inside its module.
    """

    name: str
    occurrences: tuple[Occurrence, ...]
    function: ast.AST | None = field(default=None, compare=False, repr=False)
    path: str = ""
    is_parameter: bool = False
    is_import: bool = False
    # Whether every occurrence was found: Python 3.11 does not say where a name stands in an f-string.
    is_certain: bool = True
    # The other names that are used in this scope and inside it: none of them can be taken by a new name.
    neighbours: frozenset[str] = field(default=frozenset(), compare=False, repr=False)


@record
class Around:
    """A name of a function or a class around a function.

    owner: that function or class. span: where it is bound first. how: "parameter", "definition", "import" or "".
    is_bound_once: whether it is bound nowhere else. is_used: whether the function uses it.
    """

    name: str
    owner: ast.AST = field(repr=False)
    span: Span
    how: str
    is_bound_once: bool
    is_used: bool


@record
class Surroundings:
    """The names around a function: those that its signature sees, and its body, which does not see those of a class."""

    signature: tuple[Around, ...] = ()
    body: tuple[Around, ...] = ()


def names_around(parsed: Parsed, function: Function) -> Surroundings:
    """The names of functions and classes around a function of a block; of two of one name the nearest."""
    if parsed.tree is None:
        return Surroundings()
    read = _read_tree(parsed.tree, ref(parsed))
    scope = read.functions.get(function)
    if scope is None or scope.parent is None or scope.parent.is_module:
        return Surroundings()
    whole = parsed.span(function)
    signature, body = dict[str, Around](), dict[str, Around]()
    for name in {name for each in scope.ancestors for name in each.bound}:
        uses = read.by_name.get(name, ())
        is_used = any(
            use.scope is scope.parent and whole.start <= use.span.start < whole.end and not use.is_write
            for use in uses
        )
        for found, start, used in (
            (signature, scope.parent, is_used),
            (body, scope.around, any(use.scope.is_within(scope) for use in uses)),
        ):
            owner = start.owner_of(name)
            if owner.node is not None and (around := _around(name, owner, uses, is_used=used)):
                found[name] = around
    return Surroundings(tuple(signature.values()), tuple(body.values()))


def bound_in(parsed: Parsed, function: Function) -> frozenset[str]:
    """The names that belong to a function."""
    scope = _read_tree(parsed.tree, ref(parsed)).functions.get(function) if parsed.tree else None
    return frozenset() if scope is None else frozenset(scope.bound - set(scope.elsewhere))


def path_of(parsed: Parsed, function: ast.AST) -> str:
    """What Python calls a function inside its module: `make.<locals>.scale`, `Solver.step`."""
    scope = _read_tree(parsed.tree, ref(parsed)).functions.get(function) if parsed.tree else None
    return scope.path if scope is not None else getattr(function, "name", "")


def _around(name: str, owner: "_Scope", uses: Sequence["_Use"], *, is_used: bool) -> Around | None:
    writes = [use for use in uses if use.is_write and use.scope.owner_of(name) is owner]
    first = next((use for use in writes if use.how != "lost"), None)
    if first is None or owner.node is None:
        return None
    return Around(name, owner.node, first.span, first.how, len(writes) == 1, is_used)


def name_at(blocks: Blocks, offset: int) -> Name | None:
    """The name that the cursor touches, with all of its occurrences in the file."""
    for start, parsed in blocks:
        if not start <= offset <= start + len(parsed.text) or parsed.tree is None:
            continue
        uses = _read(parsed)
        here = [use for use in uses if use.how != "lost" and use.span.contains(offset - start)]
        if here:
            use = here[-1]
            owner = use.scope.owner_of(use.name)
            return module_name(blocks, use.name) if owner.is_module else _local_name(use, owner, uses, start)
    return None


@record(eq=False, frozen=False, slots=False)
class _Scope:
    node: ast.AST | None = None
    parent: "_Scope | None" = None
    bound: set[str] = field(default_factory=set[str])
    elsewhere: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def is_module(self) -> bool:
        return self.parent is None

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    def owner_of(self, name: str) -> "_Scope":
        """The scope that a name used here belongs to."""
        scope = self
        is_own = True
        while scope.parent is not None:
            place = scope.elsewhere.get(name) if is_own or not scope.is_class else None
            if place == "global":
                return scope.module
            if name in scope.bound and place is None and (is_own or not scope.is_class):
                return scope
            scope, is_own = scope.parent, False
        return scope

    @property
    def module(self) -> "_Scope":
        return self if self.parent is None else self.parent.module

    @property
    def ancestors(self) -> "Iterator[_Scope]":
        """The functions and classes around it, the nearest first."""
        scope = self.parent
        while scope is not None and not scope.is_module:
            yield scope
            scope = scope.parent

    @property
    def around(self) -> "_Scope":
        """The nearest scope around it whose names it sees."""
        return next((each for each in self.ancestors if not each.is_class), self.module)

    @property
    def path(self) -> str:
        names = [getattr(self.node, "name", "<lambda>")]
        for each in self.ancestors:
            if not each.is_class:
                names.append("<locals>")
            names.append(getattr(each.node, "name", "<lambda>"))
        return ".".join(reversed(names))

    def is_within(self, other: "_Scope") -> bool:
        return self is other or (self.parent is not None and self.parent.is_within(other))


@record
class _Use:
    name: str
    span: Span
    scope: _Scope
    is_write: bool
    how: str = ""


def _local_name(use: _Use, owner: _Scope, uses: Sequence[_Use], start: int) -> Name:
    own = [each for each in uses if each.name == use.name and each.scope.owner_of(each.name) is owner]
    near = frozenset(each.name for each in uses if each.scope.is_within(owner))
    return _name(use.name, [(start, each) for each in own], owner, near - {use.name})


def module_name(blocks: Blocks, name: str) -> Name:
    """A name at the level of the module, with all of its occurrences in the file."""
    found = [
        (start, use)
        for start, parsed in blocks
        if parsed.tree is not None and name in parsed.text
        for use in _by_name(parsed).get(name, ())
        if use.scope.owner_of(name).is_module
    ]
    return _name(name, found, _Scope(), frozenset())


def _name(name: str, uses: Iterable[tuple[int, _Use]], owner: _Scope, near: frozenset[str]) -> Name:
    placed = list(uses)
    spans = {use.span.shifted(start): use.is_write for start, use in placed if use.how != "lost"}
    ways = {use.how for _, use in placed}
    return Name(
        name,
        tuple(Occurrence(span, is_write) for span, is_write in sorted(spans.items())),
        owner.node,
        owner.path if owner.node else "",
        is_parameter="parameter" in ways,
        is_import="import" in ways,
        is_certain="lost" not in ways,
        neighbours=near,
    )


def _read(parsed: Parsed) -> Sequence[_Use]:
    """The names of a block in the order of its text."""
    return _read_tree(parsed.tree, ref(parsed)).uses if parsed.tree else ()


def _by_name(parsed: Parsed) -> Mapping[str, Sequence[_Use]]:
    return _read_tree(parsed.tree, ref(parsed)).by_name if parsed.tree else {}


@record(eq=False)
class _Names:
    """All names in the order of the text, those of each name, and the scopes of functions and classes."""

    uses: list[_Use]
    by_name: dict[str, list[_Use]]
    functions: dict[ast.AST, _Scope]


@kept_with_its_argument
def _read_tree(tree: ast.Module, block: ref[Parsed]) -> _Names:
    """All names, and those of each name. A tree is itself only, so a block is read once for each parse."""
    parsed = block()
    assert parsed is not None
    reader = _Reader(parsed)
    reader.read_all(tree.body, _Scope())
    uses = sorted(reader.uses, key=lambda use: use.span)
    found: dict[str, list[_Use]] = {}
    for use in uses:
        found.setdefault(use.name, []).append(use)
    return _Names(uses, found, reader.functions)


class _Reader:
    """Collects the names of a block with the scopes that they stand in."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.uses: list[_Use] = []
        self.functions: dict[ast.AST, _Scope] = {}

    def read_all(self, nodes: Iterable[ast.AST | None], scope: _Scope) -> None:
        for node in nodes:
            if node is not None:
                self.read(node, scope)

    def read(self, node: ast.AST, scope: _Scope) -> None:
        match node:
            case ast.Name(id=name, ctx=context):
                self._use(name, self.parsed.span(node), scope, is_write=not isinstance(context, ast.Load))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._bind(node.name, name_span(self.parsed, node, node.name), scope, "definition")
                self._function(node, scope)
            case ast.Lambda():
                self._function(node, scope)
            case ast.ClassDef():
                self._bind(node.name, name_span(self.parsed, node, node.name), scope, "definition")
                self.read_all([*node.decorator_list, *node.bases, *node.keywords], scope)
                self.functions[node] = _Scope(node, scope)
                self.read_all(node.body, self.functions[node])
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, scope)
            case ast.JoinedStr():
                found = braces(self.parsed, node)
                is_whole = len(found) == _count_braces(node)
                self.read_all(found if is_whole else ast.iter_child_nodes(node), scope)
            case ast.AnnAssign():
                self.read(annotation(self.parsed, node.annotation), scope)
                self.read_all([node.value, node.target], scope)
            case ast.NamedExpr(target=target, value=value):
                self.read(value, scope)
                self.read(target, _function_of(scope))
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                self._imports(names, scope, is_from=isinstance(node, ast.ImportFrom))
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                place = "global" if isinstance(node, ast.Global) else "nonlocal"
                scope.elsewhere.update(dict.fromkeys(names, place))
                self._words(node, self.parsed.span(node).start + len(place), names, scope)
            case ast.ExceptHandler(name=str() as name):
                self.read_all([node.type], scope)
                scope.bound.add(name)
                first = self.parsed.span(node.type).end if node.type else 0
                self._words(node, first, [name], scope)
                self.read_all(node.body, scope)
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                self.read_all(ast.iter_child_nodes(node), scope)
                scope.bound.add(name)
                self._last_word(node, name, scope)
            case ast.MatchMapping(rest=str() as name):
                self.read_all(ast.iter_child_nodes(node), scope)
                scope.bound.add(name)
                self._last_word(node, name, scope)
            case _:
                self.read_all(ast.iter_child_nodes(node), scope)

    def _function(self, node: Function | ast.Lambda, scope: _Scope) -> None:
        arguments = node.args
        inner = self.functions[node] = _Scope(node, scope)
        if not isinstance(node, ast.Lambda):
            self.read_all([*node.decorator_list, self._annotation(node.returns)], scope)
        self.read_all([*arguments.defaults, *arguments.kw_defaults], scope)
        for argument in _arguments(arguments):
            self.read_all([self._annotation(argument.annotation)], scope)
            start = self.parsed.span(argument).start
            self._bind(argument.arg, Span(start, start + len(argument.arg)), inner, "parameter")
        self.read_all([node.body] if isinstance(node, ast.Lambda) else node.body, inner)

    def _annotation(self, node: ast.expr | None) -> ast.expr | None:
        return node and annotation(self.parsed, node)

    def _comprehension(self, node: _Comprehension, scope: _Scope) -> None:
        inner = _Scope(node, scope)
        self.read(node.generators[0].iter, scope)
        for index, generator in enumerate(node.generators):
            self.read(generator.target, inner)
            self.read_all([generator.iter] if index else [], inner)
            self.read_all(generator.ifs, inner)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.read_all(parts, inner)

    def _imports(self, names: Iterable[ast.alias], scope: _Scope, *, is_from: bool) -> None:
        for alias in names:
            if alias.name != "*":
                name = alias.asname or (alias.name if is_from else alias.name.split(".")[0])
                self._bind(name, name_span(self.parsed, alias, name), scope, "import")

    def _words(self, node: ast.AST, first: int, names: Iterable[str], scope: _Scope) -> None:
        """Names that a statement holds as words: the first place of each after an offset."""
        for name in names:
            word = re.compile(rf"\b{re.escape(name)}\b")
            found = word.search(self.parsed.text, first, self.parsed.span(node).end)
            self._use(name, Span(*found.span()) if found else Span(0, 0), scope, is_write=True)

    def _last_word(self, node: ast.AST, name: str, scope: _Scope) -> None:
        span = self.parsed.span(node)
        start = self.parsed.text.rfind(name, span.start, span.end)
        self._use(name, Span(start, start + len(name)), scope, is_write=True)

    def _bind(self, name: str, span: Span, scope: _Scope, how: str) -> None:
        scope.bound.add(name)
        self._use(name, span, scope, is_write=True, how=how)

    def _use(self, name: str, span: Span, scope: _Scope, *, is_write: bool, how: str = "") -> None:
        if name == HOLE:
            return
        if is_write:
            scope.bound.add(name)
        is_found = self.parsed.text[span.start : span.end] == name
        self.uses.append(_Use(name, span, scope, is_write, how if is_found else "lost"))


def _count_braces(node: ast.JoinedStr) -> int:
    """How many expressions an f-string has, with those in its formats."""
    formatted = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    formats = [part.format_spec for part in formatted if isinstance(part.format_spec, ast.JoinedStr)]
    return len(formatted) + sum(map(_count_braces, formats))


def _function_of(scope: _Scope) -> _Scope:
    """Where a walrus binds: the function around the comprehension."""
    while isinstance(scope.node, _Comprehension) and scope.parent:
        scope = scope.parent
    return scope


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None)
