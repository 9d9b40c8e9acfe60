"""A part of a kernel as a device function of its own: an expression, or whole statements that follow one another.

Offered only where the kernel, whose calls are read with the function's body in their place, is the same program as before.
"""

import ast
import textwrap
from collections.abc import Iterator, Sequence
from itertools import count

from weft.model.diagnostic import Edit, Span
from weft.model.dtypes import BOOL, INDEX, DType
from weft.model.facts import Symbol
from weft.model.ir import Param
from weft.model.kernel import Analysis
from weft.model.model import Model
from weft.model.source import identifiers
from weft.model.trace.tracer import Fact
from weft.model.values import Dimension, DTypeRef, Module, Scalar, Static, Tensor, Value
from weft.records import record

from weft_lsp.ide.auto_import import import_edit
from weft_lsp.ide.liveness import needed_after, needed_by
from weft_lsp.ide.refactoring import Refactoring, changed, is_as_clean
from weft_lsp.ide.same_program import is_same_program

KIND = "refactor.extract"
_NAME = "extracted"
# Dimensions of the language for axes that have no name, in the order in which they are taken.
_SPARE = "KLMNPQSWBCDH"
# What stands before an opening parenthesis that calls nothing.
_BEFORE_GROUPS = "=+-*/%<>&|^~,:([{"
_JUMPS = (ast.Return, ast.Break, ast.Continue)


def extract_function(model: Model, span: Span) -> Refactoring | None:
    kernel = model.kernel_at(span.start)
    if span.start >= span.end or kernel is None or not kernel.is_kernel or kernel.ir is None:
        return None
    start, _ = model.block_at(span.start)
    function = _definition(kernel)
    selected = _trimmed(kernel.block.text, span.shifted(-start))
    part = _part(kernel, function, selected) if function else None
    edits = _Extraction(model, kernel, start, function).edits(part) if function and part else None
    if edits is None:
        return None
    after = changed(model, edits)
    same = (each for _, each in after.kernels() if each.qualified_name == kernel.qualified_name)
    made = next((each.ir for each in same if each.is_kernel), None)
    is_same = made is not None and is_same_program(kernel.ir, made) and is_as_clean(model, after)
    return Refactoring("Extract a device function", KIND, edits) if is_same else None


@record
class _Part:
    """What is selected, and the text that the call takes the place of.

    takes, results: the names that the function needs, and those that it gives; of an expression it gives the value.
    """

    nodes: Sequence[ast.stmt] | ast.expr
    span: Span
    takes: tuple[str, ...]
    results: tuple[str, ...] = ()


def _definition(kernel: Analysis) -> ast.FunctionDef | None:
    """The `def` of a kernel at the level of the module, in text that was parsed as it stands."""
    body = kernel.block.tree.body if kernel.block.tree and kernel.block.error is None else []
    found = (node for node in body if isinstance(node, ast.FunctionDef) and node.name == kernel.name)
    return next((node for node in found if kernel.block.span(node) == kernel.span), None)


def _trimmed(text: str, span: Span) -> Span:
    inside = text[span.start : span.end]
    return Span(span.start + len(inside) - len(inside.lstrip()), span.start + len(inside.rstrip()))


def _part(kernel: Analysis, function: ast.FunctionDef, selected: Span) -> _Part | None:
    own = _own_names(function)
    statements = _statements(kernel, function, selected)
    if statements:
        needed = needed_after(function, statements[-1])
        results = tuple(name for name in _in_order(statements, ast.Store) if name in needed)
        takes = needed_by(statements, frozenset(results)) & own
        has_jump = any(isinstance(node, _JUMPS) for each in statements for node in ast.walk(each))
        order = _in_order(statements, ast.Load, ast.Store)
        return None if has_jump else _Part(statements, selected, _those(order, takes), results)
    expression = _expression(kernel, function, selected)
    if expression is None:
        return None
    takes = _those(_in_order([expression], ast.Load), own)
    # Parentheses that are no call's go with what they hold.
    is_alone = kernel.block.text[: selected.start].rstrip().endswith(tuple(_BEFORE_GROUPS))
    return _Part(expression, selected if is_alone else kernel.block.span(expression), takes)


def _own_names(function: ast.FunctionDef) -> frozenset[str]:
    arguments = function.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return frozenset((*(each.arg for each in parameters), *_in_order(function.body, ast.Store)))


def _in_order(nodes: Sequence[ast.AST], *contexts: type[ast.expr_context]) -> tuple[str, ...]:
    """The names that stand in code, in the order of the text."""
    names = [
        each
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, contexts)
    ]
    return tuple(dict.fromkeys(each.id for each in sorted(names, key=_place)))


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _those(order: Sequence[str], wanted: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in order if name in wanted)


def _statements(kernel: Analysis, function: ast.FunctionDef, selected: Span) -> Sequence[ast.stmt]:
    """The statements of one body that are selected as a whole, with nothing beside them but comments."""
    block = kernel.block
    for body in _bodies(function):
        inside = [each for each in body if _is_inside(block.span(each), selected)]
        if inside:
            first, last = block.span(inside[0]), block.span(inside[-1])
            around = (block.text[selected.start : first.start], block.text[last.end : selected.end])
            return inside if all(map(_is_comment, around)) else ()
    return ()


def _is_inside(span: Span, other: Span) -> bool:
    return other.start <= span.start and span.end <= other.end


def _bodies(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    """Outer bodies before those inside of them."""
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef | ast.If | ast.For | ast.While):
            yield node.body
        if isinstance(node, ast.If):
            yield node.orelse


def _is_comment(text: str) -> bool:
    return all(not line.strip() or line.strip().startswith("#") for line in text.split("\n"))


def _expression(kernel: Analysis, function: ast.FunctionDef, selected: Span) -> ast.expr | None:
    """A number that is computed: what is selected, with or without its parentheses."""
    text = kernel.block.text
    found = _expression_at(kernel, function, selected)
    while (
        found is None and text[selected.start : selected.start + 1] == "(" and text[selected.end - 1] == ")"
    ):
        selected = _trimmed(text, Span(selected.start + 1, selected.end - 1))
        found = _expression_at(kernel, function, selected)
    return found


def _expression_at(kernel: Analysis, function: ast.FunctionDef, span: Span) -> ast.expr | None:
    numbers = {fact.span for fact in kernel.facts if isinstance(fact.value, Scalar) and not fact.symbol}
    for statement in function.body if span in numbers else ():
        for node in ast.walk(statement):
            if isinstance(node, ast.expr) and kernel.block.span(node) == span:
                is_read = not isinstance(getattr(node, "ctx", ast.Load()), ast.Store)
                return node if is_read else None
    return None


def _reads(node: ast.AST, name: str) -> Iterator[ast.Name]:
    for each in ast.walk(node):
        match each:
            case ast.AugAssign(target=ast.Name(id=found) as target) if found == name:
                yield target
            case ast.Name(id=found, ctx=ast.Load()) if found == name:
                yield each
            case _:
                pass


def _start(fact: Fact) -> int:
    return fact.span.start


class _Extraction:
    """Writes the function and its call. Places count from the start of the kernel's block."""

    def __init__(self, model: Model, kernel: Analysis, start: int, function: ast.FunctionDef) -> None:
        self._model, self._kernel, self._function, self._start = model, kernel, function, start
        self._imports: dict[tuple[str, str], Edit] = {}
        used = set(identifiers(kernel.block.text))
        for call in kernel.calls:
            if call.symbol.signature and self._is_of_this_file(call.symbol):
                used.update(*(identifiers(each.annotation) for each in call.symbol.signature.parameters))
        self._spare = [name for name in _SPARE if name not in used and self._is_free(name)]

    def edits(self, part: _Part) -> tuple[Edit, ...] | None:
        decorator = self._decorator()
        annotations = [self._annotation(name, part) for name in part.takes]
        if decorator is None or None in annotations:
            return None
        name = self._name()
        parameters = ", ".join(
            f"{taken}: {annotation}" for taken, annotation in zip(part.takes, annotations, strict=True)
        )
        call = f"{name}({', '.join(part.takes)})"
        body = "\n".join(f"    {line}" if line.strip() else "" for line in self._body(part))
        text = f"@{decorator}\ndef {name}({parameters}):\n{body}\n\n\n"
        given = f"{', '.join(part.results)} = {call}" if part.results else call
        top = self._top()
        return (
            *(edit for _, edit in sorted(self._imports.items())),
            Edit(Span(top, top), text),
            Edit(part.span.shifted(self._start), given),
        )

    def _name(self) -> str:
        taken = set(identifiers(self._model.text))
        numbered = (f"{_NAME}_{number}" for number in count(2))
        return _NAME if _NAME not in taken else next(name for name in numbered if name not in taken)

    def _decorator(self) -> str | None:
        """`weft.function`, written as the kernel's own decorator is."""
        for node in self._function.decorator_list:
            match node.func if isinstance(node, ast.Call) else node:
                case ast.Attribute(value=owner, attr="kernel"):
                    return f"{ast.unparse(owner)}.function"
                case ast.Name(id="kernel"):
                    return self._imported(self._model.library.dialect.package, "function")
                case _:
                    pass
        return None

    def _top(self) -> int:
        """Above the kernel's decorators, and above the comments that stand on them."""
        lines, text = self._model.lines, self._model.text
        first = min((self._function, *self._function.decorator_list), key=lambda node: node.lineno)
        number = lines.line_of(self._start + self._kernel.block.span(first).start)
        while number and text.startswith("#", lines.starts[number - 1]):
            number -= 1
        return lines.starts[number]

    def _body(self, part: _Part) -> list[str]:
        text = self._kernel.block.text
        if isinstance(part.nodes, ast.expr):
            span = self._kernel.block.span(part.nodes)
            first, *rest = text[span.start : span.end].split("\n")
            inner = (first, *textwrap.dedent("\n".join(rest)).split("\n"))
            return ["return (", *(f"    {line}" for line in inner), ")"] if rest else [f"return {first}"]
        by = self._kernel.block.lines.column_of(part.span.start)
        code = text[part.span.start : part.span.end]
        if head := self._last_target(part):
            code = f"{text[part.span.start : head.start]}return{text[head.end : part.span.end]}"
        elif part.results:
            code += f"\n{' ' * by}return {', '.join(part.results)}"
        first, *rest = code.split("\n")
        return [first, *(line[by:] if not line[:by].strip() else line for line in rest)]

    def _last_target(self, part: _Part) -> Span | None:
        """`total =` of the statement that ends a part whose one result is `total`."""
        block = self._kernel.block
        match part.nodes:
            case [*_, ast.Assign(targets=[ast.Name(id=name) as target])] if part.results == (name,):
                span = block.span(target)
                return Span(span.start, block.text.index("=", span.end) + 1)
            case _:
                return None

    def _annotation(self, name: str, part: _Part) -> str | None:
        """The type of a parameter; None for what has none, such as a vector or a tuple."""
        arguments = self._function.args
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if each.arg == name and each.annotation:
                span = self._kernel.block.span(each.annotation)
                return self._kernel.block.text[span.start : span.end]
        value = self._value(name, part)
        match value:
            case Scalar(dtype=dtype) if dtype in (BOOL, INDEX):
                return "bool" if dtype == BOOL else "int"
            case Static(value=bool() | int() | float()) | Scalar():
                return self._number(value, self._ways(name))
            case Tensor(width=1):
                return self._as_passed_on(name, part) or self._tensor(value)
            case _:
                return None

    def _number(self, value: Static | Scalar, ways: set[bool]) -> str | None:
        """The type that a type checker knows a number by; None where that is one or the other."""
        match value:
            case Static():
                return value.type_name if ways == {True} else None
            case Scalar(dtype=dtype) if ways == {True}:
                return "float" if dtype.is_float else None
            case Scalar(dtype=dtype):
                return self._dtype(dtype) if ways == {False} else None

    def _value(self, name: str, part: _Part) -> Value | None:
        """What a name stands for where the part reads it first, or else where it was bound last before."""
        nodes = [part.nodes] if isinstance(part.nodes, ast.expr) else part.nodes
        read = {self._kernel.block.span(each) for node in nodes for each in _reads(node, name)}
        facts = [fact for fact in self._kernel.facts if fact.symbol and fact.symbol.name == name]
        inside = min((each for each in facts if each.span in read), key=_start, default=None)
        before = max((each for each in facts if each.span.end <= part.span.start), key=_start, default=None)
        found = inside or before
        return found and found.value

    def _ways(self, name: str) -> set[bool]:
        """Whether a type checker takes the numbers that a name is bound to for Python's own: for some, for others."""
        found: set[bool] = set()
        for node in ast.walk(self._function):
            match node:
                case ast.Assign(targets=targets, value=value) if name in _in_order(targets, ast.Store):
                    found.add(self._is_python(value))
                case ast.AugAssign(target=ast.Name(id=target), value=value) if target == name:
                    # `total += 1.0` leaves the type as it is.
                    found |= set() if self._is_python(value) else {False}
                case ast.AnnAssign(target=ast.Name(id=target)) if target == name:
                    found.add(False)
                case _:
                    pass
        return found

    def _is_python(self, node: ast.expr) -> bool:
        """Whether nothing that a number is made of has a type of the language."""
        parts = {
            self._kernel.block.span(each)
            for each in ast.walk(node)
            if not isinstance(each, ast.BinOp | ast.UnaryOp | ast.Compare | ast.IfExp)
        }
        return not any(
            isinstance(fact.value, Tensor | DTypeRef)
            or (isinstance(fact.value, Scalar) and fact.value.dtype not in (INDEX, BOOL))
            for fact in self._kernel.facts
            if fact.span in parts
        )

    def _dtype(self, dtype: DType) -> str | None:
        found = self._model.module.lookup(dtype.name).value
        if isinstance(found, DTypeRef):
            return dtype.name if found.dtype == dtype else None
        package = self._model.library.dialect.package
        is_whole = isinstance(self._model.module.lookup(package).value, Module)
        return f"{package}.{dtype.name}" if is_whole else self._imported(package, dtype.name)

    def _as_passed_on(self, name: str, part: _Part) -> str:
        """The type of the parameter of this file's function that a name is passed on to."""
        for call in self._kernel.calls:
            signature = call.symbol.signature if self._is_of_this_file(call.symbol) else None
            if signature and part.span.contains(call.span.start):
                for parameter, span in zip(signature.parameters, call.argument_spans, strict=False):
                    if self._kernel.block.text[span.start : span.end] == name and parameter.annotation:
                        return parameter.annotation
        return ""

    def _is_of_this_file(self, symbol: Symbol) -> bool:
        return symbol.location is not None and symbol.location.path in (None, self._model.path)

    def _tensor(self, tensor: Tensor) -> str | None:
        name, dtype = self._imported(self._model.library.dialect.package, "Tensor"), self._dtype(tensor.dtype)
        axes: list[str] = []
        for axis in tensor.axes:
            dimension = axis.shape[0] if len(axis.shape) == 1 else None
            if isinstance(dimension, Param) and self._is_dimension(dimension.name):
                axes.append(dimension.name)
            elif dimension is not None and self._spare:
                axes.append(self._imported(f"{self._model.library.dialect.package}.dims", self._spare.pop(0)))
            else:
                return None
        return f"{name}[{', '.join((dtype, *axes))}]" if dtype else None

    def _is_free(self, name: str) -> bool:
        """Whether a name can stand for a dimension of the language in this file."""
        return self._is_dimension(name) or not self._model.module.declares(name)

    def _is_dimension(self, name: str) -> bool:
        return isinstance(self._model.module.lookup(name).value, Dimension)

    def _imported(self, module: str, name: str) -> str:
        if not self._model.module.declares(name):
            self._imports[module, name] = import_edit(self._model, module, name)
        return name
