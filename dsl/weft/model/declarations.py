"""What the statements of a block declare, with the facts an editor shows: signature, docstring, place."""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from weft.model.annotation_text import plain_annotation
from weft.model.diagnostic import Span
from weft.model.facts import Location, ParameterText, Signature, Symbol, SymbolKind
from weft.model.kept import kept_with_its_argument
from weft.model.syntax import HOLE, Parsed, Unread
from weft.records import field, record, replace

# A definition that is a block by itself.
_DEFINITION = re.compile(r"(?:@[^\r\n]*[\r\n]+)*(?:class|def)[ \t]+(\w+)")

Function = ast.FunctionDef | ast.AsyncFunctionDef
# What makes an initializer from the fields of a class.
_MAKERS_OF_FIELDS = {"NamedTuple", "dataclass", "record"}


@record(eq=False, slots=False)
class Declaration:
    """A name that a statement binds. `node` is the statement, `alias` the part of an import that binds it."""

    name: str
    block: Parsed = field(repr=False)
    block_start: int
    # None for the only statement of a block that is not parsed yet.
    statement: ast.stmt | None = field(default=None, repr=False)
    alias: ast.alias | None = None

    @cached_property
    def node(self) -> ast.stmt:
        if self.statement is not None:
            return self.statement
        assert self.block.tree is not None
        return self.block.tree.body[0]

    @cached_property
    def name_span(self) -> Span:
        """The span of the name, in the file."""
        return name_span(self.block, self.alias or self.node, self.name).shifted(self.block_start)


def declared(block: Parsed, block_start: int) -> Iterator[Declaration]:
    """The declarations of a block, also those inside its `if` and `try` statements."""
    if isinstance(block, Unread) and (definition := _DEFINITION.match(block.text)):
        yield Declaration(definition[1], block, block_start)
    elif block.tree is not None:
        for name, node, alias in _all_bound(block.tree):
            yield Declaration(name, block, block_start, node, alias)


@kept_with_its_argument
def _all_bound(tree: ast.Module) -> tuple[tuple[str, ast.stmt, ast.alias | None], ...]:
    found = ((name, node, alias) for node in _statements(tree.body) for name, alias in _bound(node))
    return tuple(each for each in found if each[0] != HOLE)


def names_bound(body: Sequence[ast.stmt]) -> Iterator[str]:
    """The names that statements declare, once for each place, also inside `if` and `try`."""
    return (name for node in _statements(body) for name, _ in _bound(node))


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        match node:
            case ast.If() | ast.For() | ast.While():
                yield from _statements([*node.body, *node.orelse])
            case ast.With():
                yield from _statements(node.body)
            case ast.Try():
                handlers = [statement for handler in node.handlers for statement in handler.body]
                yield from _statements([*node.body, *handlers, *node.orelse, *node.finalbody])
            case _:
                pass


def _bound(node: ast.stmt) -> Iterator[tuple[str, ast.alias | None]]:
    match node:
        case ast.Import(names=names):
            yield from ((alias.asname or alias.name.split(".")[0], alias) for alias in names)
        case ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name, alias) for alias in names)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, None
        case ast.Assign(targets=targets):
            yield from ((name.id, None) for target in targets for name in bound_names(target))
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target) | ast.For(target=target):
            yield from ((name.id, None) for name in bound_names(target))
        case _:
            pass


def bound_names(target: ast.expr) -> Iterator[ast.Name]:
    """The names that an assignment to `target` binds."""
    match target:
        case ast.Name():
            yield target
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from bound_names(element)
        case ast.Starred(value=value):
            yield from bound_names(value)
        case _:
            return


def parts_that_bind(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Statements at any depth, and what they assign to. Expressions, most of a tree, are not looked through."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        part = waiting.pop()
        yield part
        members = vars(part)
        for name in _INNER_LISTS:
            waiting += members.get(name, ())
        for name in _INNER:
            if members.get(name) is not None:
                waiting.append(members[name])
        if isinstance(part, ast.Starred):
            waiting.append(part.value)


_INNER_LISTS = ("body", "orelse", "finalbody", "handlers", "cases", "items", "targets", "elts")
_INNER = ("target", "optional_vars")


def name_span(block: Parsed, node: ast.AST, name: str) -> Span:
    """The span of the name that a statement binds: of `k` in `def k(x):`, not of the whole statement."""
    if isinstance(node, Function | ast.ClassDef):
        return _after_keyword(block, node)
    if isinstance(node, ast.alias):
        return _in_alias(block, node, name)
    names = [found for found in ast.walk(node) if isinstance(found, ast.Name) and found.id == name]
    return block.span(names[0]) if names else block.span(node)


def _after_keyword(block: Parsed, node: Function | ast.ClassDef) -> Span:
    # A def's position is that of its keyword, below the decorators.
    start = block.offset(node.lineno, node.col_offset)
    found = block.text.find(node.name, start + (5 if isinstance(node, ast.ClassDef) else 3))
    return Span(found, found + len(node.name)) if found >= 0 else block.span(node)


def _in_alias(block: Parsed, node: ast.alias, name: str) -> Span:
    span = block.span(node)
    found = block.text.rfind(name, span.start, span.end) if node.asname else span.start
    return Span(found, found + len(name)) if found >= 0 else span


def symbol_of_function(
    node: Function,
    location: Location,
    kind: SymbolKind,
    qualified_name: str,
    *,
    is_of_language: bool = False,
    overloads: Sequence[Function] = (),
) -> Symbol:
    """overloads: the declarations above that a type checker takes instead, each with `@overload`."""
    is_method = kind in ("method", "property")
    signature, *variants = (
        signature_of(each, is_method=is_method, is_of_language=is_of_language) for each in (node, *overloads)
    )
    if variants:
        signature = replace(signature, overloads=tuple(_with_defaults(each, signature) for each in variants))
    return Symbol(node.name, kind, qualified_name, location, signature, docstring(node))


def _with_defaults(overload: Signature, function: Signature) -> Signature:
    """An overload whose defaults of `...` are those of the function itself."""
    defaults = {parameter.name: parameter.default for parameter in function.parameters}
    parameters = tuple(
        replace(each, default=defaults.get(each.name)) if each.default == "..." else each
        for each in overload.parameters
    )
    return replace(overload, parameters=parameters)


def is_overload(node: ast.stmt) -> bool:
    return isinstance(node, Function) and any(
        isinstance(part, ast.Name) and part.id == "overload" for part in node.decorator_list
    )


@kept_with_its_argument
def docstring(node: Function | ast.ClassDef) -> str | None:
    text = ast.get_docstring(node, clean=False)
    return None if text is None else without_indent(text)


def without_indent(text: str) -> str:
    """As `inspect.cleandoc`, whose module takes as long to load as a tenth of the front end."""
    first, *others = text.expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in others if line.strip()), default=0)
    return "\n".join((first.lstrip(), *(line[margin:] for line in others))).strip("\n")


def symbol_of_class(
    node: ast.ClassDef,
    location: Location,
    kind: SymbolKind,
    qualified_name: str,
    *,
    is_of_language: bool = False,
) -> Symbol:
    initializers = [
        part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"
    ]
    if initializers:
        parameters = signature_of(initializers[0], is_method=True, is_of_language=is_of_language).parameters
    else:
        parameters = tuple(_fields(node, plain_annotation if is_of_language else _as_written))
    named = Signature(node.name, parameters)
    return Symbol(node.name, kind, qualified_name, location, named, docstring(node))


def _fields(node: ast.ClassDef, write: Callable[[ast.expr], str]) -> Iterator[ParameterText]:
    """The parameters of a class whose initializer is made from its fields."""
    makers = {
        ast.unparse(part).partition("(")[0].rpartition(".")[2] for part in (*node.decorator_list, *node.bases)
    }
    if not makers & _MAKERS_OF_FIELDS:
        return
    for part in node.body:
        match part:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                if "ClassVar" not in ast.unparse(annotation):
                    yield ParameterText(name, write(annotation), ast.unparse(value) if value else None)
            case _:
                pass


@kept_with_its_argument
def signature_of(node: Function, *, is_method: bool = False, is_of_language: bool = False) -> Signature:
    """is_of_language: annotations are written for a reader, without what only type checkers need."""
    write = plain_annotation if is_of_language else _as_written
    parameters = list(_parameters(node.args, write))
    is_static = any(isinstance(part, ast.Name) and part.id == "staticmethod" for part in node.decorator_list)
    if is_method and not is_static:
        parameters = parameters[1:]
    return Signature(node.name, tuple(parameters), write(node.returns) if node.returns else "")


def _parameters(arguments: ast.arguments, write: Callable[[ast.expr], str]) -> Iterator[ParameterText]:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    for index, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        yield _parameter(argument, default, write, is_positional_only=index < len(arguments.posonlyargs))
    if arguments.vararg:
        yield _parameter(arguments.vararg, None, write, marker="*")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(argument, default, write, is_keyword_only=True)
    if arguments.kwarg:
        yield _parameter(arguments.kwarg, None, write, marker="**")


def _parameter(
    argument: ast.arg,
    default: ast.expr | None,
    write: Callable[[ast.expr], str],
    *,
    marker: str = "",
    is_keyword_only: bool = False,
    is_positional_only: bool = False,
) -> ParameterText:
    annotation = write(argument.annotation) if argument.annotation else ""
    written = ast.unparse(default) if default else None
    return ParameterText(argument.arg, annotation, written, marker, is_keyword_only, is_positional_only)


def _as_written(node: ast.expr) -> str:
    """An annotation without quotes around it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return _unparsed(node)


def _unparsed(node: ast.expr) -> str:
    """`ast.unparse`, without its long way for what most annotations are made of."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            return f"{name}.{attr}"
        case ast.Subscript(value=value, slice=ast.Tuple(elts=[first, second, *others])):
            parts = ", ".join(map(_unparsed, (first, second, *others)))
            return f"{_unparsed(value)}[{parts}]"
        case _:
            return ast.unparse(node)
