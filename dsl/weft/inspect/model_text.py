"""The typed model of a kernel as text: what a back end is given, after specialization."""

from collections.abc import Iterable, Iterator

from weft.backends.source_lines import line_of
from weft.backends.stages import Stage, stage
from weft.model.describe import OPERATORS
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
    Parameter,
    Stmt,
    Store,
    TensorParameter,
    While,
    expressions,
    walk_expr,
)
from weft.records import record


@record
class _Line:
    depth: int
    text: str
    span: Span | None


def model_stage(kernel: Kernel) -> Stage:
    """`kernel` with the types of its variables, its arrays, its domain, and the guard of each access that has one."""
    placed = [
        ("    " * line.depth + line.text, line_of(kernel, line.span.start) if line.span else None)
        for line in _lines(kernel)
    ]
    return stage("model", "weft", placed)


def _lines(kernel: Kernel) -> Iterator[_Line]:
    yield _Line(0, f"kernel {kernel.name}:", kernel.parameters[0].span if kernel.parameters else None)
    read = _read(kernel)
    for parameter in kernel.parameters:
        yield _Line(1, _parameter(parameter, read), parameter.span)
    if kernel.cluster is not None:
        yield _Line(
            1, f"clusters of {' × '.join(map(str, kernel.cluster.shape))} blocks", kernel.cluster.span
        )
    for array in (*kernel.shared, *kernel.local):
        yield _Line(1, _array(array), None)
    yield from _body(kernel.body, 1)


def _read(kernel: Kernel) -> set[str]:
    """The names of the arrays that the kernel reads."""
    found: set[str] = set()
    for statement in kernel.statements:
        loads = (part for expr in expressions(statement) for part in walk_expr(expr))
        found.update(part.array.name for part in loads if isinstance(part, Load))
        if isinstance(statement, Do) and statement.name != "store_vector":
            found.update(place.array.name for place in statement.places)
    return found


def _parameter(parameter: Parameter, read: set[str]) -> str:
    if not isinstance(parameter, TensorParameter):
        return f"{parameter.name}: {parameter.dtype}"
    shape = ", ".join(map(expression, parameter.shape))
    accesses = [*["read"] * (parameter.name in read), *["written"] * parameter.is_written]
    access = " and ".join(accesses) or "not used"
    return f"{parameter.name}: Tensor[{parameter.array.dtype}, {shape}], {access}"


def _array(array: Array) -> str:
    if array.size is None:
        size = "?" if array.at_launch is None else expression(array.at_launch)
        return f"{array.space} {array.name}: {size} × {array.dtype}"
    return f"{array.space} {array.name}: {array.size} × {array.dtype}, {array.size_bytes} bytes"


def _body(body: Iterable[Stmt], depth: int) -> Iterator[_Line]:
    for statement in body:
        yield from _statement(statement, depth)


def _statement(statement: Stmt, depth: int) -> Iterator[_Line]:
    match statement:
        case Assign(target=target, value=value):
            text = f"{target.name}: {target.dtype} = {expression(value)}"
            yield _Line(depth, text, statement.span)
        case Store(array=array, offset=offset, value=value, guard=guard):
            text = f"{_named(array)}[{expression(offset)}] = {expression(value)}{_guard(guard)}"
            yield _Line(depth, text, statement.span)
        case Do():
            yield _Line(depth, _effect(statement), statement.span)
        case If():
            yield from _if(statement, depth)
        case For(variable=variable, body=body):
            yield _Line(
                depth, f"for {variable.name}: {variable.dtype} in {_range(statement)}:", statement.span
            )
            yield from _body(body, depth + 1)
        case While(condition=condition, body=body):
            yield _Line(depth, f"while {expression(condition)}:", statement.span)
            yield from _body(body, depth + 1)
        case Barrier(of_cluster=True):
            yield _Line(depth, "cluster barrier", statement.span)
        case Break() | Continue() | Barrier():
            yield _Line(depth, type(statement).__name__.lower(), statement.span)
        case Domain(body=body):
            yield _Line(depth, _domain(statement), statement.span)
            yield from _body(body, depth + 1)


def _if(statement: If, depth: int) -> Iterator[_Line]:
    yield _Line(depth, f"if {expression(statement.condition)}:", statement.span)
    yield from _body(statement.then, depth + 1)
    if statement.otherwise:
        yield _Line(depth, "else:", None)
        yield from _body(statement.otherwise, depth + 1)


def _named(array: Array) -> str:
    return f"cluster.{array.name}" if array.space == "cluster" else array.name


def _range(loop: For) -> str:
    parts = [expression(loop.start), expression(loop.stop), expression(loop.step)]
    if parts[2] == "1":
        parts.pop()
    if parts[0] == "0" and len(parts) == 2:
        parts.pop(0)
    return f"range({', '.join(parts)})"


def _domain(domain: Domain) -> str:
    axes = ", ".join(
        f"{index.name} below {expression(extent)}"
        for index, extent in zip(domain.indices, domain.extents, strict=True)
    )
    block = f", in blocks of {' × '.join(map(str, domain.block))}" if domain.block else ""
    who = "every thread of each block" if domain.everyone else "threads inside"
    return f"domain {axes}{block}, {who}:"


def _effect(do: Do) -> str:
    places = [f"{_named(place.array)}[{expression(place.offset)}]" for place in do.places]
    given = ", ".join([*places, *map(expression, do.args), *map(repr, do.static)])
    targets = ", ".join(f"{target.name}: {target.dtype}" for target in do.targets)
    return f"{targets}{' = ' if targets else ''}{do.name}({given}){_guard(do.guard)}"


def _guard(guard: Expr | None) -> str:
    return "" if guard is None else f"  if {expression(guard)}"


def expression(expr: Expr) -> str:
    """An expression with its conversions, and the guards of what it loads."""
    text = _inner(expr)
    return text[1:-1] if isinstance(expr, Op | Load) and text.startswith("(") else text


def _inner(expr: Expr) -> str:
    """An expression inside another: in parentheses unless nothing can be mistaken."""
    match expr:
        case Const(value=value):
            return repr(value)
        case Load(array=array, offset=offset, guard=guard):
            place = f"{array.name}[{expression(offset)}]"
            return place if guard is None else f"({place} if {_inner(guard)} else 0)"
        case Op(name="select", args=(condition, chosen, other)):
            return f"({_inner(chosen)} if {_inner(condition)} else {_inner(other)})"
        case Op(name="cast", args=(value,)):
            return f"{expr.dtype}({expression(value)})"
        case Op(name=name, args=(a, b)) if name in OPERATORS:
            return f"({_inner(a)} {OPERATORS[name]} {_inner(b)})"
        case Op(name=name, args=args):
            return f"{name}({', '.join(map(expression, args))})"
        case _:
            return expr.name
