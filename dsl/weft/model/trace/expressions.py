"""Read an expression: what it stands for, with a fact for every part of it."""

import ast
from collections.abc import Callable, Sequence

from weft.layout import ComposedLayout, Layout, Swizzle
from weft.model import embedded, fold
from weft.model.class_attributes import SET_ATTRIBUTES
from weft.model.declarations import bound_names
from weft.model.describe import describe
from weft.model.diagnostic import Edit, Fix
from weft.model.dtypes import BOOL
from weft.model.ir import Assign, If, Special, Stmt
from weft.model.limits import AXES
from weft.model.nearest import nearest, nearest_first
from weft.model.syntax import HOLE
from weft.model.text import ALL_NAMES
from weft.model.trace.arithmetic import (
    BINARY,
    COMPARE,
    as_condition,
    as_number,
    binary,
    common_dtype,
    compare,
    from_expr,
    is_same,
    unary,
)
from weft.model.trace.arrays import host_member
from weft.model.trace.call import call, configure, read_property
from weft.model.trace.order import in_order
from weft.model.trace.tensors import read_element
from weft.model.trace.texts import joined
from weft.model.trace.tracer import Tracer, as_expr, is_numeric
from weft.model.trace.views import has_slice, sliced
from weft.model.values import (
    UNKNOWN,
    Axes,
    Binding,
    Changing,
    Class,
    ConfiguredKernel,
    DeviceFunction,
    Dimension,
    DTypeRef,
    External,
    HostTensor,
    Instance,
    KernelRef,
    MaybeUnbound,
    Method,
    Module,
    Mutable,
    Record,
    Scalar,
    Slice,
    Static,
    Tensor,
    TensorAnnotation,
    Tuple,
    Value,
    Vector,
)

# What to write instead of Python that a kernel cannot have.
_INSTEAD: dict[type[ast.expr], tuple[str, str]] = {
    ast.List: ("a list", "use a tuple, or `weft.shared` for memory"),
    ast.Dict: ("a dict", "use module-level constants"),
    ast.Set: ("a set", "use a tuple"),
    ast.ListComp: ("a list comprehension", "write a `for` loop over `range`"),
    ast.SetComp: ("a set comprehension", "write a `for` loop over `range`"),
    ast.DictComp: ("a dict comprehension", "write a `for` loop over `range`"),
    ast.GeneratorExp: ("a generator expression", "write a `for` loop over `range`"),
    ast.Lambda: ("a lambda", "write a `@weft.function`"),
    ast.JoinedStr: (
        "an f-string outside of `print` and `assert`",
        "kernels have no text; compute with numbers",
    ),
    ast.NamedExpr: ("`:=`", "assign on a line of its own"),
    ast.Await: ("`await`", "kernels do not wait on the host"),
    ast.Yield: ("`yield`", "write results to a tensor"),
    ast.YieldFrom: ("`yield from`", "write results to a tensor"),
    ast.Starred: ("a starred expression", "write the items out"),
}

# So many members are all named; of more, the few that are most like what was meant.
_MOST_LISTED, _NEAREST_LISTED = 16, 5
_LONGEST_SHOWN = 40


def expression(t: Tracer, node: ast.expr) -> Value:
    """What `node` stands for. Never raises on a user's mistake: it is reported and the value is unknown."""
    reader = _READERS.get(type(node))
    value = reader(t, node) if reader else _unsupported(t, node)
    if not isinstance(node, (ast.Name, ast.Attribute)):
        t.record(node, value)
    return value


def annotation(t: Tracer, node: ast.expr) -> Value:
    """What a type stands for, also one that is written as a string."""
    return expression(t, embedded.annotation(t.frame.block, node))


def refuse(t: Tracer, what: str, instead: str, node: ast.AST) -> None:
    t.report("unsupported", f"{what} cannot be used in a kernel: {instead}", node)


def _unsupported(t: Tracer, node: ast.expr) -> Value:
    what, instead = _INSTEAD.get(
        type(node), (f"`{type(node).__name__}`", "write it with assignments, `if` and `for`")
    )
    refuse(t, what, instead, node)
    if isinstance(node, ast.JoinedStr):
        read_silently(t, embedded.braces(t.frame.block, node))
    else:
        _read_parts(t, node)
    return Mutable("list") if isinstance(node, (ast.List, ast.ListComp)) else UNKNOWN


def read_silently(t: Tracer, parts: Sequence[ast.expr]) -> None:
    """Note what the parts of a refused construct stand for; it is reported already."""
    was_dead, t.is_dead = t.is_dead, True
    with t.block_of():
        for part in parts:
            expression(t, part)
    t.is_dead = was_dead


def _read_parts(t: Tracer, node: ast.expr) -> None:
    """The parts of an expression; a comprehension and a lambda have names of their own, of which nothing is known."""
    parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    own: list[str] = []
    for generator in getattr(node, "generators", ()):
        assert isinstance(generator, ast.comprehension)
        own += [name.id for name in bound_names(generator.target)]
        parts += [generator.iter, *generator.ifs]
    if isinstance(node, ast.Lambda):
        own += [argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)]
    before = dict(t.frame.env)
    t.frame.env |= dict.fromkeys(own, UNKNOWN)
    read_silently(t, parts)
    t.frame.env = before


def _constant(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.Constant)
    value = node.value
    if isinstance(value, (bool, float, str)) or value is None:
        return Static(value)
    if isinstance(value, int):
        return Static(value) if abs(value) < 2**64 else UNKNOWN
    refuse(t, f"a constant of type `{type(value).__name__}`", "use an int, a float or a bool", node)
    return UNKNOWN


def _name(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.Name)
    name, frame = node.id, t.frame
    local = frame.env.get(name)
    if local is not None:
        value = _bound(t, node, local) if isinstance(local, (Changing, MaybeUnbound)) else local
        return t.record(node, value, frame.symbols.get(name))
    binding = t.lookup(name)
    if binding.value is UNKNOWN and binding.symbol is None:
        _report_unknown_name(t, node)
    if isinstance(binding.value, Mutable) or (isinstance(binding.value, HostTensor) and t.is_kernel):
        t.report(
            "mutable-global",
            f"`{node.id}` is of type `{binding.value.type_name}`, which may change after the kernel is compiled: "
            "make it a tuple or a number, or pass it as a parameter",
            node,
        )
        return t.record(node, UNKNOWN, binding.symbol)
    return t.record(node, _in_kernel(t, binding.value), binding.symbol)


def _in_kernel(t: Tracer, value: Value) -> Value:
    """A kernel cannot read an object of the host."""
    return UNKNOWN if t.is_kernel and isinstance(value, Instance) else value


def _bound(t: Tracer, node: ast.Name, value: Changing | MaybeUnbound) -> Value:
    if isinstance(value, Changing):
        t.report(
            "unstable-name",
            f"`{node.id}` is another {describe(value.value).partition(' ')[0]} in each iteration of a loop, which changes "
            "numbers, and vectors and tuples of numbers: make it inside the loop, or give it another name there",
            node,
        )
        return UNKNOWN
    t.report(
        "possibly-unbound",
        f"`{node.id}` has no value on some path to here: give it one before the branch or the loop",
        node,
    )
    return value.value


def _report_unknown_name(t: Tracer, node: ast.Name) -> None:
    scope = t.frame.scope
    found = t.all_names()
    if node.id == HOLE or not scope.knows_all_names or scope.declares(node.id):
        return
    names = [*t.frame.env, *found]
    advice, fixes = _advice(t, node.id, names, node, "define it before the kernel, or import it")
    t.report("unknown-name", f"`{node.id}` is not defined: {advice}", node, fixes=fixes)


def _advice(
    t: Tracer, name: str, names: list[str], node: ast.AST, otherwise: str
) -> tuple[str, tuple[Fix, ...]]:
    """Advice for a name that does not exist: the nearest one that does, as a fix."""
    foreign = t.library.dialect.foreign.get(name)
    found = foreign if foreign is not None and foreign in names else nearest(name, names)
    if found is None:
        return otherwise, ()
    span = t.span(node)
    edit = Edit(type(span)(span.end - len(name), span.end), found)
    return f"did you mean `{found}`?", (Fix(f"Change to `{found}`", (edit,), is_safe=False),)


def _attribute(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.Attribute)
    owner = expression(t, node.value)
    binding = _number_of_enum(t, owner, node) or member(t, owner, node.attr)
    if binding is None:
        if node.attr != HOLE:
            _report_unknown_attribute(t, owner, node)
        return t.record(node, UNKNOWN)
    value = _in_kernel(t, binding.value)
    if isinstance(value, Method) and binding.symbol and binding.symbol.kind == "property":
        value = read_property(t, value, node)
    return t.record(node, value, binding.symbol)


def _number_of_enum(t: Tracer, owner: Value, node: ast.Attribute) -> Binding | None:
    """`Mode.FAST.value` of an IntEnum, whose members are numbers."""
    if node.attr != "value" or not isinstance(owner, Static) or not isinstance(node.value, ast.Attribute):
        return None
    # A chain of `.value` is not followed, for the sake of the time that it would take.
    kind = UNKNOWN if node.value.attr == "value" else expression(t, node.value.value)
    return Binding(owner) if isinstance(kind, Class) and kind.constants else None


def member(t: Tracer, owner: Value, name: str) -> Binding | None:
    """The member `name` of a value; None if it has none. Of a value that is not known, an unknown member."""
    match owner:
        case Module():
            return _module_member(t, owner, name)
        case External(qualified_name=qualified):
            return t.library.external(f"{qualified}.{name}")
        case HostTensor() if not t.is_kernel:
            return host_member(owner, name)
        case Axes(name=axes):
            found = _class_member(t, owner, t.dialect.axes_class, name)
            return (
                found and Binding(Scalar(Special(f"{axes}.{name}")), found.symbol) if name in AXES else None
            )
        case KernelRef() | ConfiguredKernel() if not t.is_kernel:
            return _class_member(t, owner, t.dialect.kernel_class, name)
        case DeviceFunction() if not t.is_kernel:
            return _class_member(t, owner, t.dialect.function_class, name)
        case Tensor():
            return _class_member(t, owner, t.dialect.tensor, name)
        case Static(value=Layout() | ComposedLayout() | Swizzle() as layout):
            return _class_member(t, owner, _class_of(layout), name)
        case Tuple(names=names, items=items) | Record(names=names, items=items) if name in names:
            return Binding(items[names.index(name)])
        case Class(qualified_name=qualified, constants=constants, attributes=attributes):
            if (held := dict(attributes).get(name)) is not None:
                return _held(t, owner.qualified_name, held, name, times=0)
            found = dict(constants).get(name)
            return _class_member(t, owner, qualified, name) if found is None else Binding(found)
        case Instance(kind=kind) if (held := owner.members.get(name)) is not None:
            times = int(any(name == each for each, _ in kind.of_objects))
            return _held(t, kind.qualified_name, held, name, times)
        case DTypeRef() | Scalar() | Dimension() | Tuple() | Record() | Static() if t.is_kernel:
            return None
        case _:
            return Binding(UNKNOWN)


def _held(t: Tracer, owner: str, binding: Binding, name: str, times: int) -> Binding:
    """An attribute of a class of the user, unless the module that is read sets it. times: how often the class does."""
    scope = t.frame.scope
    allowed = times if owner.startswith(f"{scope.name}.") else 0
    text = t.lookup(SET_ATTRIBUTES).value
    is_set = (
        isinstance(text, Static) and isinstance(text.value, str) and text.value.split().count(name) > allowed
    )
    return Binding(UNKNOWN) if is_set else binding


def _module_member(t: Tracer, owner: Module, name: str) -> Binding | None:
    found = t.library.module_member(owner, name)
    scope = t.library.scope_of(owner)
    if scope is not None:
        t.rely_on(scope, name if found else ALL_NAMES)
    return found


def member_names(t: Tracer, owner: Value) -> list[str]:
    match owner:
        case Module():
            return t.library.module_names(owner)
        case Axes():
            return list(AXES)
        case KernelRef() | ConfiguredKernel() if not t.is_kernel:
            return [symbol.name for symbol in t.library.class_members(t.dialect.kernel_class)]
        case Tuple(names=names) | Record(names=names):
            return list(names)
        case Class(qualified_name=qualified, constants=constants, attributes=attributes):
            own = dict.fromkeys([*dict(constants), *dict(attributes)])
            return [*own, *(symbol.name for symbol in t.library.class_members(qualified))]
        case Instance():
            return list(owner.members)
        case Tensor(width=1):
            names = [symbol.name for symbol in t.library.class_members(t.dialect.tensor)]
            return [name for name in names if owner.is_plain_shared or name not in t.dialect.of_shared]
        case Tensor():
            return [symbol.name for symbol in t.library.class_members(t.dialect.vectors)]
        case Static(value=Layout() | ComposedLayout() | Swizzle() as layout):
            return [symbol.name for symbol in t.library.class_members(_class_of(layout))]
        case _:
            return []


def _class_of(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _class_member(t: Tracer, owner: Value, qualified: str, name: str) -> Binding | None:
    for symbol in t.library.class_members(qualified):
        if symbol.name == name:
            return Binding(Method(owner, symbol.qualified_name, symbol), symbol)
    return None if qualified in (t.dialect.tensor, t.dialect.layout) else Binding(UNKNOWN)


def _report_unknown_attribute(t: Tracer, owner: Value, node: ast.Attribute) -> None:
    names = member_names(t, owner)
    # Of `block_sum`, `row_sum` and `warp_sum`, none is more likely to be what `sum` means.
    alike = [each for each in names if node.attr in each.split("_")]
    if len(alike) > 1 and node.attr not in t.dialect.foreign:
        advice, fixes = _listed(node.attr, alike) + _or_builtin(t, owner, node.attr), ()
    else:
        otherwise = _listed(node.attr, names) if names else _instead_of_member(t, owner, node)
        advice, fixes = _advice(t, node.attr, names, node, otherwise)
    message = f"{describe(owner)} has no `{node.attr}`: {advice}"
    t.report(
        "unknown-attribute", message, node, fixes=fixes, also_on_host=_is_known_on_host(t, owner, node.attr)
    )


def _listed(name: str, names: list[str]) -> str:
    shown = sorted(names) if len(names) <= _MOST_LISTED else nearest_first(name, names)[:_NEAREST_LISTED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"it has {', '.join(f'`{each}`' for each in shown)}{more}"


def _or_builtin(t: Tracer, owner: Value, name: str) -> str:
    is_known = isinstance(owner, Module) and f"builtins.{name}" in t.dialect.operations
    return f"; Python's own `{name}` works in a kernel too" if is_known else ""


def _instead_of_member(t: Tracer, owner: Value, node: ast.Attribute) -> str:
    """A number has no methods: what is one in other libraries is a function here, or a dtype that is called."""
    package, value = t.dialect.package, ast.unparse(node.value)
    shown = value if len(value) <= _LONGEST_SHOWN and HOLE not in value else "..."
    if isinstance(owner, (Scalar, Static, Dimension)):
        if node.attr in t.dialect.converting:
            return f"a number is converted by calling a dtype: write `{package}.i32({shown})`"
        if t.library.has_operation(node.attr):
            return f"a number has no members in a kernel: write `{package}.{node.attr}({shown})`"
    return "it has no members in a kernel"


def _is_known_on_host(t: Tracer, owner: Value, name: str) -> bool:
    """Whether all that the owner has is known outside of kernels too, where modules have more than their text says."""
    if isinstance(owner, Module):
        return t.library.is_of_language(owner) and not name.startswith("_")
    return isinstance(owner, Static) and not name.startswith("_")


def _subscript(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.Subscript)
    owner = expression(t, node.value)
    match owner:
        case Tensor():
            index = expression(t, node.slice)
            return sliced(t, owner, index, node) if has_slice(index) else read_element(t, owner, index, node)
        case Vector(items=items):
            return _item(t, tuple(map(Scalar, items)), node)
        case KernelRef():
            return configure(t, owner, node, expression)
        case Tuple(items=items):
            return _item(t, items, node)
        case Class(qualified_name=name) if name == t.dialect.tensor:
            return _tensor_annotation(t, node)
        case _:
            index = expression(t, node.slice)
            if has_slice(index):
                if owner is not UNKNOWN:
                    refuse(t, "a slice of anything but a tensor", "index it", node.slice)
                return UNKNOWN
            if isinstance(owner, Static) and isinstance(owner.value, Layout) and isinstance(index, Static):
                return _mode(owner.value, index.value)
            if t.is_kernel and (isinstance(owner, (Scalar, Static, Dimension))):
                t.report(
                    "not-indexable", f"{describe(owner)} cannot be indexed: index a tensor or a tuple", node
                )
            return UNKNOWN


def _tensor_annotation(t: Tracer, node: ast.Subscript) -> Value:
    """`Tensor[f32, M, N]`: a dtype and an extent for each axis."""
    given = expression(t, node.slice)
    items = given.items if isinstance(given, Tuple) else (given,)
    if not isinstance(items[0], DTypeRef):
        if items[0] is not UNKNOWN:
            t.report(
                "parameter-type",
                f"a tensor's type starts with a dtype and this starts with {describe(items[0])}: "
                "write `Tensor[f32, M, N]`",
                node,
            )
        return UNKNOWN
    for item in items[1:]:
        if not isinstance(item, (Dimension, Static)) and item is not UNKNOWN:
            t.report(
                "parameter-type",
                f"an extent is a dimension or a number and this is {describe(item)}: import one from `weft.dims`, or "
                "declare `class Rows(weft.Dim): ...`",
                node,
            )
    return TensorAnnotation(items[0].dtype, items[1:])


def _item(t: Tracer, items: tuple[Value, ...], node: ast.Subscript) -> Value:
    index = expression(t, node.slice)
    if isinstance(index, Slice):
        return _items(t, items, index, node)
    if index is UNKNOWN:
        return UNKNOWN
    if not isinstance(index, Static) or not isinstance(index.value, int):
        t.report("static-required", "a tuple is indexed by a number known at compile time", node.slice)
        return UNKNOWN
    if not -len(items) <= index.value < len(items):
        t.report(
            "out-of-bounds",
            f"index {index.value} of a tuple of {len(items)}: use 0 to {len(items) - 1}",
            node.slice,
        )
        return UNKNOWN
    return items[index.value]


def _items(t: Tracer, items: tuple[Value, ...], index: Slice, node: ast.Subscript) -> Value:
    """`SIZES[1:]`."""
    parts = (index.start, index.stop, index.step)
    if UNKNOWN in parts:
        return UNKNOWN
    numbers = [part.value for part in parts if isinstance(part, Static)]
    whole = [number for number in numbers if number is None or isinstance(number, int)]
    if len(whole) < len(parts) or whole[2] == 0:
        t.report("static-required", "a tuple is sliced by numbers known at compile time", node.slice)
        return UNKNOWN
    return Tuple(items[slice(*whole)])


def _mode(layout: Layout, index: object) -> Value:
    if isinstance(index, int) and -layout.rank <= index < layout.rank:
        return Static(layout[index])
    return UNKNOWN


def _ordered(t: Tracer, nodes: Sequence[ast.expr], place: ast.AST) -> list[Value]:
    return in_order(t, expression, nodes, place)


def _binary(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.BinOp)
    left, right = _ordered(t, [node.left, node.right], node)
    found = BINARY.get(type(node.op))
    if found is None:
        refuse(t, "`@`", "write the loops of a matrix product", node)
        return UNKNOWN
    return binary(t, found[0], left, right, node)


def _unary(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.UnaryOp)
    return unary(t, node.op, expression(t, node.operand), node)


def _compare(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.Compare)
    values = _ordered(t, [node.left, *node.comparators], node)
    result: Value = Static(True)
    for operator_node, left, right in zip(node.ops, values, values[1:], strict=False):
        name = COMPARE.get(type(operator_node))
        found = (
            _membership(operator_node, left, right) if name is None else compare(t, name, left, right, node)
        )
        if found is None:
            refuse(t, "`is` or `in`", "compare numbers with `==`", node)
            return UNKNOWN
        result = _and(t, result, found, node)
    return result


def _membership(node: ast.cmpop, left: Value, right: Value) -> Value | None:
    """`BIAS is None` and `MODE in (1, 2)` of constants; None where it is no question about constants."""
    if UNKNOWN in (left, right):
        return UNKNOWN
    if isinstance(node, (ast.Is, ast.IsNot)) and Static(None) in (left, right):
        return Static((left == right) == isinstance(node, ast.Is))
    if not isinstance(node, (ast.In, ast.NotIn)) or not isinstance(right, Tuple):
        return None
    parts = [is_same(left, item) for item in right.items]
    if True not in parts and None in parts:
        return None
    return Static((True in parts) == isinstance(node, ast.In))


def _and(t: Tracer, left: Value, right: Value, node: ast.AST) -> Value:
    if left == Static(True):
        return right
    a, b = as_condition(t, left, node), as_condition(t, right, node)
    return UNKNOWN if a is None or b is None else from_expr(fold.operation("and", a, b, dtype=BOOL))


def _bool(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.BoolOp)
    name = "and" if isinstance(node.op, ast.And) else "or"
    result = expression(t, node.values[0])
    for part in node.values[1:]:
        with t.block_of() as block:
            value = expression(t, part)
        result = (
            _either(t, name, result, value, node)
            if not block
            else _later(t, name, result, value, block, part)
        )
    return result


def _later(t: Tracer, name: str, left: Value, right: Value, block: list[Stmt], node: ast.AST) -> Value:
    """`left and right`, where the right side has effects: a branch, since they are done only if it is evaluated."""
    first, second = as_condition(t, left, node), as_condition(t, right, node)
    if first is None or second is None:
        return UNKNOWN
    held = t.temporary(name, BOOL)
    t.set(held, first, node)
    goes_on = held if name == "and" else fold.negate(held)
    t.emit(If(goes_on, (*block, Assign(held, second, t.span(node))), (), t.span(node)))
    return Scalar(held)


def _either(t: Tracer, name: str, left: Value, right: Value, node: ast.AST) -> Value:
    if isinstance(left, Static):
        return right if bool(left.value) == (name == "and") else left
    a, b = as_condition(t, left, node), as_condition(t, right, node)
    return UNKNOWN if a is None or b is None else Scalar(fold.operation(name, a, b, dtype=BOOL))


def _conditional(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.IfExp)
    condition = expression(t, node.test)
    with t.block_of() as then_block:
        then = as_number(expression(t, node.body))
    with t.block_of() as else_block:
        otherwise = as_number(expression(t, node.orelse))
    if isinstance(condition, Static):
        t.blocks[-1] += then_block if condition.value else else_block
        return then if condition.value else otherwise
    test = as_condition(t, condition, node.test)
    if test is None or not is_numeric(then) or not is_numeric(otherwise):
        return UNKNOWN
    scalars = [value for value in (then, otherwise) if isinstance(value, Scalar)]
    dtype = common_dtype(then, otherwise) if scalars else None
    a, b = as_expr(then, dtype), as_expr(otherwise, dtype)
    if a is None or b is None:
        return UNKNOWN
    if a.dtype != b.dtype:
        dtype = common_dtype(Scalar(a), Scalar(b))
        a, b = fold.convert(a, dtype), fold.convert(b, dtype)
    if not then_block and not else_block:
        return Scalar(fold.operation("select", test, a, b, dtype=a.dtype))
    # Effects in one of the two are done only if it is the one that is chosen.
    held, span = t.temporary("chosen", a.dtype), t.span(node)
    t.emit(If(test, (*then_block, Assign(held, a, span)), (*else_block, Assign(held, b, span)), span))
    return Scalar(held)


def _tuple(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.Tuple)
    items = tuple(_ordered(t, node.elts, node))
    has_unknown_length = any(isinstance(item, ast.Starred) for item in node.elts)
    return UNKNOWN if has_unknown_length else Tuple(items)


def _call(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.Call)
    return call(t, expression(t, node.func), node, expression)


def _joined(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.JoinedStr)
    return joined(t, node, expression) if t.takes_text else _unsupported(t, node)


def _slice(t: Tracer, node: ast.expr) -> Value:
    assert isinstance(node, ast.Slice)
    start, stop, step = (
        expression(t, part) if part else Static(None) for part in (node.lower, node.upper, node.step)
    )
    return Slice(start, stop, step)


Reader = Callable[[Tracer, ast.expr], Value]

_READERS: dict[type[ast.expr], Reader] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _bool,
    ast.IfExp: _conditional,
    ast.Tuple: _tuple,
    ast.Call: _call,
    ast.JoinedStr: _joined,
    ast.Slice: _slice,
}


def members(t: Tracer, owner: Value) -> list[tuple[str, Binding]]:
    """The members of a value, with what each would be: a property is read, a method is not called."""
    found: list[tuple[str, Binding]] = []
    for name in member_names(t, owner):
        binding = member(t, owner, name)
        if binding is None:
            continue
        if isinstance(binding.value, Method) and binding.symbol and binding.symbol.kind == "property":
            node = ast.Attribute(ast.Name(HOLE, ast.Load()), name, ast.Load())
            binding = Binding(read_property(t, binding.value, node), binding.symbol)
        found.append((name, binding))
    return found
