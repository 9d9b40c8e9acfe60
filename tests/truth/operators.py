"""Ways to break a right kernel in one place, each a function from a kernel's syntax to edits of its text."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Place = ast.stmt | ast.expr
Replacement = tuple[Place, str]


@dataclass(frozen=True)
class Mutant:
    """`text` is the whole module. what: the operator and the change, for people."""

    operator: str
    what: str
    text: str


def mutants(text: str, kernel: str) -> Iterator[Mutant]:
    """Every way that an operator applies to the kernel called `kernel`."""
    tree = ast.parse(text)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == kernel)
    starts = _line_starts(text)
    for operator, mutate in OPERATORS.items():
        for place, replacement in mutate(function):
            start = starts[place.lineno - 1] + place.col_offset
            end = starts[(place.end_lineno or 0) - 1] + (place.end_col_offset or 0)
            what = (
                f"line {place.lineno}: `{text[start:end].splitlines()[0]}` -> `{replacement.splitlines()[0]}`"
            )
            yield Mutant(operator, what, text[:start] + replacement + text[end:])


def drop_barrier(function: ast.FunctionDef) -> Iterator[Replacement]:
    for node in _statements(function):
        if _called(node) == "barrier":
            yield node, "pass"


def barrier_into_branch(function: ast.FunctionDef) -> Iterator[Replacement]:
    for node in _statements(function):
        if _called(node) == "barrier":
            yield node, f"if weft.thread_idx.x < 3: {ast.unparse(node)}"


def drop_wait(function: ast.FunctionDef) -> Iterator[Replacement]:
    for node in _statements(function):
        if _called(node) == "wait_async":
            yield node, "pass"


def wait_for_less(function: ast.FunctionDef) -> Iterator[Replacement]:
    """One group more may still be under way."""
    for call in _calls(function, "wait_async"):
        groups = ast.unparse(call.args[0]) if call.args else "0"
        yield call, f"{ast.unparse(call.func)}({groups} + 1)"


def change_stride(function: ast.FunctionDef) -> Iterator[Replacement]:
    """The step of a loop, or what a row counts for in an index, one more than it is."""
    for call in _calls(function, "range", "static_range"):
        if len(call.args) > 2:
            yield call.args[2], f"({ast.unparse(call.args[2])} + 1)"
    for node in _subscripts(function):
        for part in ast.walk(node.slice):
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
                for side in (part.left, part.right):
                    if isinstance(side, ast.BinOp) and isinstance(side.op, ast.Mult):
                        yield side.right, f"({ast.unparse(side.right)} + 1)"


def drop_store_to_block_memory(function: ast.FunctionDef) -> Iterator[Replacement]:
    """Leave out a first write to shared or local memory."""
    owned = _owned(function)
    seen: set[str] = set()
    for node in _statements(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            name = ast.unparse(node.targets[0].value)
            if name in owned and name not in seen:
                seen.add(name)
                yield node, "pass"


def swap_indices(function: ast.FunctionDef) -> Iterator[Replacement]:
    for node in _subscripts(function):
        if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
            first, second = map(ast.unparse, node.slice.elts)
            if first != second:
                yield node, f"{ast.unparse(node.value)}[{second}, {first}]"


def shift_by_one(function: ast.FunctionDef) -> Iterator[Replacement]:
    for node in _subscripts(function):
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for index in indices:
            if not isinstance(index, ast.Slice):
                yield index, f"({ast.unparse(index)} + 1)"


def drop_guard(function: ast.FunctionDef) -> Iterator[Replacement]:
    for node in _statements(function):
        if isinstance(node, ast.If):
            yield node.test, "True"


def change_comparison(function: ast.FunctionDef) -> Iterator[Replacement]:
    words = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="}
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in words:
            word = words[type(node.ops[0])]
            yield node, f"{ast.unparse(node.left)} {word} {ast.unparse(node.comparators[0])}"


def loop_one_less(function: ast.FunctionDef) -> Iterator[Replacement]:
    for stop in _stops(function):
        yield stop, f"({ast.unparse(stop)} - 1)"


def loop_one_more(function: ast.FunctionDef) -> Iterator[Replacement]:
    for stop in _stops(function):
        yield stop, f"({ast.unparse(stop)} + 1)"


def change_dtype(function: ast.FunctionDef) -> Iterator[Replacement]:
    other = {"f32": "f64", "f64": "f32", "f16": "f32", "bf16": "f32", "i32": "i64", "u32": "i32"}
    for call in _calls(function, "shared", "local"):
        name = ast.unparse(call.args[0]).removeprefix("weft.") if call.args else ""
        if name in other:
            yield call.args[0], f"weft.{other[name]}"


def transpose_tile(function: ast.FunctionDef) -> Iterator[Replacement]:
    for call in _calls(function, "shared", "local"):
        if len(call.args) > 1 and isinstance(call.args[1], ast.Tuple) and len(call.args[1].elts) == 2:
            first, second = map(ast.unparse, call.args[1].elts)
            if first != second:
                yield call.args[1], f"({second}, {first})"


def shrink_tile(function: ast.FunctionDef) -> Iterator[Replacement]:
    for call in _calls(function, "shared", "local"):
        shape = call.args[1] if len(call.args) > 1 else None
        if isinstance(shape, ast.Tuple):
            yield shape.elts[0], f"({ast.unparse(shape.elts[0])} - 1)"
        elif isinstance(shape, ast.Constant | ast.BinOp | ast.Name):
            yield shape, f"({ast.unparse(shape)} - 1)" if not _is_layout(shape) else ast.unparse(shape)


def enlarge_shared(function: ast.FunctionDef) -> Iterator[Replacement]:
    for call in _calls(function, "shared"):
        if len(call.args) > 1 and isinstance(call.args[1], ast.Tuple):
            yield call.args[1].elts[0], f"({ast.unparse(call.args[1].elts[0])} * 4096)"
        elif len(call.args) > 1 and not _is_layout(call.args[1]) and not isinstance(call.args[1], ast.Call):
            yield call.args[1], f"(({ast.unparse(call.args[1])}) * 65536)"


def change_axis(function: ast.FunctionDef) -> Iterator[Replacement]:
    other = {"x": "y", "y": "x", "z": "x"}
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith(("thread_idx", "block_idx")):
            yield node, f"{ast.unparse(node.value)}.{other.get(node.attr, 'x')}"


def change_arithmetic(function: ast.FunctionDef) -> Iterator[Replacement]:
    words = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.Mod: "//", ast.FloorDiv: "%"}
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and type(node.op) in words:
            yield node, f"({ast.unparse(node.left)} {words[type(node.op)]} {ast.unparse(node.right)})"


def drop_atomic(function: ast.FunctionDef) -> Iterator[Replacement]:
    """An atomic addition as a read and a write."""
    for node in _statements(function):
        if _called(node) == "atomic_add" and isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            parts = [ast.unparse(argument) for argument in call.args]
            if owner is not None and ast.unparse(owner) != "weft":
                parts.insert(0, ast.unparse(owner))
            if len(parts) == 3:
                index = parts[1].removeprefix("(").removesuffix(")")
                yield node, f"{parts[0]}[{index}] += {parts[2]}"


Operator = Callable[[ast.FunctionDef], Iterator[Replacement]]
OPERATORS: dict[str, Operator] = {
    mutate.__name__.replace("_", " "): mutate
    for mutate in (
        drop_barrier,
        barrier_into_branch,
        drop_wait,
        wait_for_less,
        drop_store_to_block_memory,
        drop_atomic,
        swap_indices,
        shift_by_one,
        drop_guard,
        change_comparison,
        loop_one_less,
        loop_one_more,
        change_dtype,
        transpose_tile,
        change_stride,
        shrink_tile,
        enlarge_shared,
        change_axis,
        change_arithmetic,
    )
}


def _statements(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    yield from (node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function)


def _subscripts(function: ast.FunctionDef) -> Iterator[ast.Subscript]:
    """Elements of tensors; not the types of parameters."""
    for statement in function.body:
        yield from (node for node in ast.walk(statement) if isinstance(node, ast.Subscript))


def _calls(function: ast.FunctionDef, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            yield node


def _stops(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for call in _calls(function, "range", "static_range"):
        if call.args:
            yield call.args[0 if len(call.args) == 1 else 1]


def _called(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func).rpartition(".")[2]
    return ""


def _owned(function: ast.FunctionDef) -> set[str]:
    """The names of shared and local arrays."""
    calls = set(_calls(function, "shared", "local"))
    return {
        ast.unparse(node.targets[0])
        for node in _statements(function)
        if isinstance(node, ast.Assign) and node.value in calls
    }


def _is_layout(shape: ast.expr) -> bool:
    return isinstance(shape, ast.Name) and not shape.id.isupper()


def _line_starts(text: str) -> list[int]:
    """The offset of each line. The examples are ASCII, so that `ast`'s bytes are characters."""
    assert text.isascii()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts
