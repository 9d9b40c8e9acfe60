"""Calls in a kernel: operations by their rules, device functions by reading their bodies in place."""

import ast
import math
from collections.abc import Callable, Sequence

from weft.layout import ComposedLayout, Layout, LayoutError, Swizzle
from weft.model import fold
from weft.model.class_text import made
from weft.model.describe import describe
from weft.model.diagnostic import Span
from weft.model.dtypes import DType, rounded
from weft.model.facts import Signature, Symbol
from weft.model.ir import Expr
from weft.model.launches import geometry_rank, geometry_type
from weft.model.limits import Problem
from weft.model.signature_text import signature_label
from weft.model.trace.arithmetic import as_number
from weft.model.trace.arrays import host_call
from weft.model.trace.elementwise import elementwise
from weft.model.trace.order import in_order
from weft.model.trace.tracer import CallFact, LaunchSite, Tracer, as_expr
from weft.model.values import (
    UNKNOWN,
    Class,
    ConfiguredKernel,
    DeviceFunction,
    DTypeRef,
    External,
    HostFunction,
    HostTensor,
    Instance,
    KernelRef,
    Method,
    Module,
    Operation,
    Record,
    Scalar,
    Static,
    Tuple,
    Value,
    Vector,
)
from weft.records import field, record

Read = Callable[[Tracer, ast.expr], Value]


@record(frozen=False)
class Call:
    """A call of an operation: what its rule sees. Arguments are bound to the names of the declaration."""

    tracer: Tracer
    node: ast.expr
    name: str
    arguments: dict[str, Value]
    nodes: dict[str, ast.expr] = field(default_factory=dict[str, ast.expr])
    receiver: Value = UNKNOWN

    def given(self, name: str) -> bool:
        return name in self.arguments

    def place(self, name: str) -> ast.expr:
        return self.nodes.get(name, self.node)

    def value(self, name: str) -> Value:
        return as_number(self.arguments.get(name, UNKNOWN))

    def number(self, name: str, dtype: DType | None = None) -> Expr | None:
        """The argument as an expression; reported, and None, if it is no number."""
        value = self.value(name)
        expr = as_expr(value, dtype)
        if expr is None and value is not UNKNOWN:
            self.report(
                "call-arguments",
                f"`{name}` of `{self.name}` is a number; found {describe(value)}: pass one",
                name,
            )
        return expr

    def report(self, code: str, message: str, name: str | None = None) -> None:
        self.tracer.report(code, message, self.place(name) if name else self.node)


def call(t: Tracer, callee: Value, node: ast.Call, read: Read) -> Value:
    """What a call returns."""
    values = [*node.args, *(word.value for word in node.keywords)]
    took_text = t.takes_text
    t.takes_text = isinstance(callee, Operation) and callee.qualified_name in t.dialect.speaking
    found = in_order(t, read, values, node)
    t.takes_text = took_text
    positional = found[: len(node.args)]
    words = zip(node.keywords, found[len(node.args) :], strict=True)
    keywords = {word.arg: value for word, value in words if word.arg}
    _note_call(t, callee, node)
    match callee:
        case Method(receiver=HostTensor()):
            return _other(t, callee, positional, keywords, node)
        case Operation(qualified_name=name, symbol=symbol) | Method(qualified_name=name, symbol=symbol):
            receiver = callee.receiver if isinstance(callee, Method) else UNKNOWN
            return _operation(t, name, symbol, node, positional, keywords, receiver)
        case DTypeRef(dtype=dtype):
            return _convert(t, dtype, positional, node)
        case Class():
            return _construct(t, callee, positional, keywords, node)
        case DeviceFunction():
            return _function(t, callee, positional, keywords, node)
        case KernelRef() | ConfiguredKernel():
            return _launch(t, callee, positional, keywords, node)
        case Static(value=Layout() | ComposedLayout() | Swizzle() as layout):
            return evaluate_static(t, layout, positional, keywords, node)
        case HostFunction(qualified_name=name, symbol=symbol) if name in t.dialect.algebra:
            if symbol and symbol.signature and bind(t, symbol.signature, node, positional, keywords) is None:
                return UNKNOWN
            return evaluate_static(t, t.dialect.algebra[name], positional, keywords, node)
        case _:
            return _other(t, callee, positional, keywords, node)


def read_property(t: Tracer, method: Method, node: ast.Attribute) -> Value:
    """A member that is read without a call: `x.shape`."""
    rule = t.dialect.operations.get(method.qualified_name)
    if rule is not None:
        return rule(Call(t, node, node.attr, {}, receiver=method.receiver))
    if isinstance(method.receiver, Static) and is_layout(method.receiver.value):
        return from_python(getattr(method.receiver.value, node.attr, None))
    return UNKNOWN


def configure(t: Tracer, kernel: KernelRef, node: ast.Subscript, read: Read) -> Value:
    """`kernel[grid, block]`."""
    given = read(t, node.slice)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    items = given.items if isinstance(given, Tuple) else (given,)
    if len(items) < 2 or len(parts) < 2:
        return ConfiguredKernel(kernel, None, None, t.frame.block.span(node.slice))
    grid_span, block_span = t.frame.block.span(parts[0]), t.frame.block.span(parts[1])
    for what, value, part in (("grid", items[0], parts[0]), ("block", items[1], parts[1])):
        problem = _wrong_sizes(what, value)
        if problem is not None:
            t.report(problem.code, problem.message, part, also_on_host=True)
    return ConfiguredKernel(kernel, sizes(items[0]), sizes(items[1]), grid_span, block_span)


def _wrong_sizes(what: str, value: Value) -> Problem | None:
    """What a launch says of a grid or a block that is none, as far as the text tells."""
    items = value.items if isinstance(value, Tuple) else (value,)
    if not 1 <= len(items) <= 3:
        return geometry_rank(what, len(items))
    for item in items:
        if isinstance(item, Static) and (isinstance(item.value, bool) or not isinstance(item.value, int)):
            return geometry_type(what, item.type_name)
    return None


def sizes(value: Value) -> tuple[int, int, int] | None:
    """A static size or a static tuple of up to three, as x, y, z."""
    items = value.items if isinstance(value, Tuple) else (value,)
    numbers = [item.value for item in items if isinstance(item, Static) and isinstance(item.value, int)]
    if len(numbers) != len(items) or not 1 <= len(numbers) <= 3:
        return None
    x, y, z = (*numbers, 1, 1)[:3]
    return (x, y, z)


def from_python(value: object) -> Value:
    """A live value of the kinds that a kernel can read as a constant."""
    if isinstance(value, (bool, Layout, ComposedLayout, Swizzle)) or value is None:
        return Static(value)
    # Members of an IntEnum and their kind are the numbers that they stand for.
    for plain in (int, float, str):
        if isinstance(value, plain):
            return Static(plain(value))
    if isinstance(value, tuple):
        return Tuple(tuple(from_python(item) for item in value), tuple(getattr(value, "_fields", ())))
    return UNKNOWN


def is_layout(value: object) -> bool:
    return isinstance(value, (Layout, ComposedLayout, Swizzle))


def to_python(value: Value) -> object:
    """The Python value of a static value; raises ValueError if it has none."""
    if isinstance(value, Static):
        return value.value
    if isinstance(value, Tuple):
        return tuple(to_python(item) for item in value.items)
    raise ValueError(describe(value))


def bind(
    t: Tracer, signature: Signature, node: ast.Call, positional: Sequence[Value], keywords: dict[str, Value]
) -> tuple[dict[str, Value], dict[str, ast.expr]] | None:
    """Arguments by parameter name; None, and reported, if they do not fit."""
    bound: dict[str, Value] = {}
    nodes: dict[str, ast.expr] = {}
    takers = [
        parameter
        for parameter in signature.parameters
        if not parameter.is_keyword_only and not parameter.marker
    ]
    rest = next((parameter.name for parameter in signature.parameters if parameter.marker == "*"), None)
    problem = None
    if len(positional) > len(takers) and rest is None:
        problem = f"{len(positional)} arguments were given"
    for parameter, value, argument in zip(takers, positional, node.args, strict=False):
        bound[parameter.name], nodes[parameter.name] = value, argument
    if rest is not None:
        bound[rest] = Tuple(tuple(positional[len(takers) :]))
    names = {parameter.name for parameter in signature.parameters if not parameter.is_positional_only}
    takes_any_word = any(parameter.marker == "**" for parameter in signature.parameters)
    for word in node.keywords:
        if word.arg is not None and word.arg not in names and takes_any_word:
            continue
        if word.arg is not None and (word.arg not in names or word.arg in bound):
            problem = f"`{word.arg}` is {'given twice' if word.arg in bound else 'not a parameter'}"
        elif word.arg is not None:
            bound[word.arg], nodes[word.arg] = keywords[word.arg], word.value
    missing = [
        parameter.name
        for parameter in signature.parameters
        if parameter.name not in bound and parameter.default is None and not parameter.marker
    ]
    if problem is None and missing:
        problem = f"`{missing[0]}` is missing"
    if problem is not None:
        message = f"{problem}: call it as `{signature_label(signature)}`"
        t.report("call-arguments", message, node, also_on_host=not _is_spread(node))
        return None
    return bound, nodes


def _is_spread(node: ast.Call) -> bool:
    """Whether there are more arguments than the text tells."""
    return any(isinstance(argument, ast.Starred) for argument in node.args) or any(
        word.arg is None for word in node.keywords
    )


def _note_call(t: Tracer, callee: Value, node: ast.Call) -> None:
    if not t.has_facts or t.frame.call_span is not None:
        return
    symbol: Symbol | None = getattr(callee, "symbol", None)
    if symbol is None or symbol.signature is None:
        return
    whole = t.frame.block.span(node)
    if whole in t.calls:
        return
    function = t.frame.block.span(node.func)
    start = t.frame.block.text.find("(", function.end, whole.end) + 1
    if start == 0:
        return
    words = [*node.args, *(word.value for word in node.keywords)]
    spans = tuple(t.frame.block.span(argument) for argument in words)
    names = (*(None for _ in node.args), *(word.arg for word in node.keywords))
    t.calls[whole] = CallFact(Span(start, whole.end), symbol, spans, names)


def _operation(
    t: Tracer,
    name: str,
    symbol: Symbol | None,
    node: ast.Call,
    positional: list[Value],
    keywords: dict[str, Value],
    receiver: Value,
) -> Value:
    rule = t.dialect.operations.get(name)
    if rule is None:
        return _layout_call(t, name, positional, keywords, receiver, node)
    signature = symbol.signature if symbol else None
    if signature is None:
        taken = t.dialect.keywords.get(name, ())
        other = next((word for word in keywords if word not in taken), None)
        if other is not None and name not in t.dialect.speaking:
            takes = " or ".join(f"`{word}`" for word in taken) or "no keyword arguments"
            t.report(
                "call-arguments",
                f"`{ast.unparse(node.func)}` takes {takes} in a kernel and `{other}` is given: drop it",
                node,
            )
            return UNKNOWN
        given = {word: keywords[word] for word in taken if word in keywords}
        return rule(Call(t, node, name.rpartition(".")[2], {"args": Tuple(tuple(positional)), **given}))
    bound = bind(t, signature, node, positional, keywords)
    if bound is None:
        return UNKNOWN
    return rule(Call(t, node, signature.name, *bound, receiver))


def _layout_call(
    t: Tracer, name: str, positional: list[Value], keywords: dict[str, Value], receiver: Value, node: ast.Call
) -> Value:
    """A method of a layout that is known: the real method, on values."""
    is_value = isinstance(receiver, Static) and is_layout(receiver.value)
    if not (is_value or (isinstance(receiver, Class) and name.startswith(t.dialect.layout))):
        return UNKNOWN
    owner = receiver.value if isinstance(receiver, Static) else Layout
    return evaluate_static(t, getattr(owner, name.rpartition(".")[2]), positional, keywords, node)


def evaluate_static(
    t: Tracer,
    function: Callable[..., object],
    positional: Sequence[Value],
    keywords: dict[str, Value],
    node: ast.AST,
) -> Value:
    """Call a function of the layout algebra on static values; its refusal becomes a finding."""
    try:
        arguments = [to_python(value) for value in positional]
        named = {word: to_python(value) for word, value in keywords.items()}
        return from_python(function(*arguments, **named))
    except LayoutError as error:
        t.report("layout", str(error), node, also_on_host=True)
    except (TypeError, ValueError, OverflowError, RecursionError, IndexError, AttributeError):
        pass
    return UNKNOWN


def _construct(
    t: Tracer, kind: Class, positional: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    name = kind.qualified_name
    if name in t.dialect.algebra:
        signature = kind.symbol and kind.symbol.signature
        if signature and bind(t, signature, node, positional, keywords) is None:
            return UNKNOWN
        return evaluate_static(t, t.dialect.algebra[name], positional, keywords, node)
    if name in t.dialect.conversions:
        return _converted(t, t.dialect.conversions[name], positional, node)
    if not t.is_kernel and kind.kind in ("named tuple", "frozen dataclass"):
        return _object(kind, positional, keywords)
    if not t.is_kernel and (kind.attributes or kind.of_objects):
        return Instance(kind)
    if t.is_kernel:
        t.report(
            "not-callable",
            f"`{ast.unparse(node.func)}` makes a Python object, which a kernel cannot hold",
            node,
        )
    return UNKNOWN


def _object(kind: Class, positional: list[Value], keywords: dict[str, Value]) -> Value:
    """A named tuple or a frozen dataclass, as a constant of the module."""
    items = made(kind, positional, keywords)
    if items is None:
        return UNKNOWN
    names = tuple(part.name for part in kind.fields)
    if kind.kind == "named tuple":
        return Tuple(items, names)
    return Record(kind.qualified_name.rpartition(".")[2], names, items)


def _convert(t: Tracer, dtype: DType, positional: list[Value], node: ast.Call) -> Value:
    """`f32(x)`."""
    if len(positional) != 1 or node.keywords:
        t.report("call-arguments", f"`{dtype}` converts one number: call it as `{dtype}(x)`", node)
        return UNKNOWN
    value = as_number(positional[0])
    if isinstance(value, Vector):
        return elementwise(t, dtype.name, [value], node, lambda row: _convert(t, dtype, list(row), node))
    expr = as_expr(value)
    if expr is None:
        if value is not UNKNOWN:
            t.report(
                "call-arguments", f"`{dtype}` converts a number; found {describe(value)}: pass one", node
            )
        return UNKNOWN
    if isinstance(value, Static) and isinstance(value.value, (int, float)):
        return Scalar(fold.const(value.value, dtype))
    return Scalar(fold.convert(expr, dtype))


def _converted(t: Tracer, dtype: DType, positional: list[Value], node: ast.Call) -> Value:
    """`np.float32(x)`: in a kernel the conversion, in the module a constant."""
    if t.is_kernel:
        return _convert(t, dtype, positional, node)
    value = positional[0] if len(positional) == 1 else UNKNOWN
    if not isinstance(value, Static) or not isinstance(value.value, (int, float)):
        return UNKNOWN
    if not math.isfinite(value.value):
        return value if dtype.is_float else UNKNOWN
    return Static(rounded(fold.const(value.value, dtype).value, dtype))


def _function(
    t: Tracer, callee: DeviceFunction, positional: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    signature = callee.symbol.signature if callee.symbol else None
    bound = bind(t, signature, node, positional, keywords) if signature else None
    return t.inline(t, callee, *bound, node) if bound and t.is_kernel else UNKNOWN


def _launch(
    t: Tracer, callee: Value, positional: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    if t.is_kernel:
        name = ast.unparse(node.func)
        t.report(
            "kernel-in-kernel",
            f"`{name}` is a kernel, and a kernel cannot launch another: make it a `@weft.function`, or launch both "
            "from the host",
            node,
        )
        return UNKNOWN
    if _is_spread(node):
        return UNKNOWN
    spans = tuple(t.frame.block.span(argument) for argument in node.args)
    words = tuple(
        (word.arg, keywords[word.arg], t.frame.block.span(word)) for word in node.keywords if word.arg
    )
    t.launches.append(LaunchSite(t.frame.block.span(node), callee, tuple(positional), spans, words))
    return UNKNOWN


def _other(
    t: Tracer, callee: Value, positional: list[Value], keywords: dict[str, Value], node: ast.Call
) -> Value:
    if isinstance(callee, External) and callee.qualified_name in t.dialect.conversions:
        return _converted(t, t.dialect.conversions[callee.qualified_name], positional, node)
    if isinstance(callee, External):
        rule = t.dialect.operations.get(callee.qualified_name)
        if rule is not None:
            arguments: dict[str, Value] = {"args": Tuple(tuple(positional)), **keywords}
            return rule(Call(t, node, callee.qualified_name, arguments))
    if not t.is_kernel:
        _check_host_call(t, callee, positional, keywords, node)
        if isinstance(callee, HostFunction) and callee.returns != UNKNOWN:
            return callee.returns
        return UNKNOWN if _is_spread(node) else host_call(callee, positional, keywords, t.dialect.package)
    if isinstance(callee, (External, HostFunction)):
        t.report(
            "not-callable",
            f"`{ast.unparse(node.func)}` runs on the host and cannot be called in a kernel: use an operation of weft, "
            "or make it a `@weft.function`",
            node,
        )
    elif callee is not UNKNOWN:
        advice = ": drop the parentheses" if isinstance(callee, Scalar) and not node.args else ""
        t.report("not-callable", f"{describe(callee)} cannot be called in a kernel{advice}", node)
    return UNKNOWN


def _check_host_call(
    t: Tracer, callee: Value, positional: list[Value], keywords: dict[str, Value], node: ast.Call
) -> None:
    """Report a call from host code of what Weft has, if it does not fit."""
    match callee:
        case Module() if t.library.is_of_language(callee):
            names = ", ".join(t.library.module_names(callee)[:2])
            message = f"{describe(callee)} cannot be called: import from it, as in `from {callee.qualified_name} import {names}`"
            t.report("not-callable", message, node, also_on_host=True)
        case HostFunction(qualified_name=name, symbol=symbol) if name.startswith(f"{t.dialect.package}."):
            if symbol and symbol.signature:
                bind(t, symbol.signature, node, positional, keywords)
        case _:
            pass
