"""A kernel that computes `block_idx.x * block_dim.x + thread_idx.x` and guards it, as one over a domain: `weft.index`.

Offered only where both are the same program: all that the kernel does stands under the guard, and nothing else of it looks
at threads, shares memory or meets other threads.
"""

import ast
from collections.abc import Iterator, Mapping

from weft.model.diagnostic import Edit, Span
from weft.model.ir import (
    Assign,
    Expr,
    If,
    Op,
    Special,
    Stmt,
    TensorParameter,
    Var,
    expressions,
    has_collective,
    walk,
    walk_expr,
)
from weft.model.kernel import Analysis
from weft.model.model import Model
from weft.model.rewrite import rewrite

from weft_lsp.ide.auto_import import import_edit
from weft_lsp.ide.refactoring import Refactoring, changed, is_as_clean

KIND = "refactor.rewrite"
_AXES = "xyz"
# The comparisons that say that their first operand is inside, and those that say that it is outside.
_INSIDE = {"lt": "gt", "ge": "le"}


def organise_to_index(model: Model, offset: int) -> Refactoring | None:
    kernel = model.kernel_at(offset)
    if kernel is None or not kernel.is_kernel or kernel.ir is None or kernel.block.tree is None:
        return None
    *first, last = kernel.ir.body or (None,)
    assigns = [each for each in first if isinstance(each, Assign)]
    is_plain = not (has_collective(kernel.ir.body) or kernel.ir.shared)
    if not isinstance(last, If) or len(assigns) != len(first) or not is_plain:
        return None
    guard = _guard(last)
    indices = _indices(assigns, guard) if guard else None
    if guard is None or indices is None or _looks_at_threads(assigns, last, indices):
        return None
    node = next((each for each in ast.walk(kernel.block.tree) if _is_at(kernel, each, last.span)), None)
    edits = _edits(model, kernel, node, assigns, guard, indices) if isinstance(node, ast.If) else None
    start, _ = model.block_at(offset)
    touched = [each.span for each in assigns if each.target.name in indices] + (
        [_header(kernel, node)] if node else []
    )
    if edits is None or not any(span.shifted(start).contains(offset) for span in touched):
        return None
    after = changed(model, edits)
    is_same = is_as_clean(model, after) and _is_same_work(after, kernel.qualified_name, last)
    return Refactoring("Let `weft.index` give the place and the guard", KIND, edits) if is_same else None


def _guard(statement: If) -> dict[str, Expr] | None:
    """The extent that each variable is below where the work is done; None where the guard is of another kind."""
    if bool(statement.then) == bool(statement.otherwise):
        return None
    inside, join = ("lt", "and") if statement.then else ("ge", "or")
    found: dict[str, Expr] = {}
    for part in _parts(statement.condition, join):
        match part:
            case Op(name=name, args=(Var(name=index), extent)) if name == inside and index not in found:
                found[index] = extent
            case Op(name=name, args=(extent, Var(name=index))) if (
                name == _INSIDE[inside] and index not in found
            ):
                found[index] = extent
            case _:
                return None
    return found


def _parts(condition: Expr, join: str) -> Iterator[Expr]:
    if isinstance(condition, Op) and condition.name == join:
        for part in condition.args:
            yield from _parts(part, join)
    else:
        yield condition


def _indices(assigns: list[Assign], guard: Mapping[str, Expr]) -> dict[str, str] | None:
    """The axis of each guarded variable, the last axis of the domain first; None unless they are x, or x and y, or all."""
    values: dict[str, Expr] = {}
    for each in assigns:
        if each.target.name in values:
            return None
        values[each.target.name] = rewrite(each.value, lambda leaf: _known(leaf, values))
    axes = {name: axis for name in guard if (axis := _axis(values.get(name)))}
    wanted = _AXES[: len(guard)]
    return axes if len(axes) == len(guard) and "".join(sorted(axes.values())) == wanted else None


def _known(leaf: Expr, values: Mapping[str, Expr]) -> Expr:
    return values.get(leaf.name, leaf) if isinstance(leaf, Var) else leaf


def _axis(value: Expr | None) -> str:
    """`x` of `block_idx.x * block_dim.x + thread_idx.x`, whichever way round."""
    match value:
        case (
            Op(name="add", args=(Op(name="mul", args=(Special() as a, Special() as b)), Special() as thread))
            | Op(
                name="add", args=(Special() as thread, Op(name="mul", args=(Special() as a, Special() as b)))
            )
        ):
            name, _, axis = thread.name.partition(".")
            blocks = {f"block_idx.{axis}", f"block_dim.{axis}"}
            return axis if name == "thread_idx" and {a.name, b.name} == blocks else ""
        case _:
            return ""


def _looks_at_threads(assigns: list[Assign], last: If, indices: Mapping[str, str]) -> bool:
    """Whether anything but the indices depends on how threads are laid out."""
    places = {each.target.name for each in assigns if any(_specials(each.value))} | indices.keys()
    aids = places - indices.keys()
    rest = [each for each in assigns if each.target.name not in places]
    for statement in (*rest, *walk((last,))):
        for expr in expressions(statement):
            if any(_specials(expr)) or any(isinstance(e, Var) and e.name in aids for e in walk_expr(expr)):
                return True
    return False


def _specials(expr: Expr) -> Iterator[Expr]:
    return (each for each in walk_expr(expr) if isinstance(each, Special))


def _edits(
    model: Model,
    kernel: Analysis,
    node: ast.If,
    assigns: list[Assign],
    guard: Mapping[str, Expr],
    indices: Mapping[str, str],
) -> tuple[Edit, ...] | None:
    """The call in place of the last line that computes an index, no other such lines, and no guard."""
    text, lines = kernel.block.text, kernel.block.lines
    start = next(start for start, each in model.kernels() if each is kernel)
    places = [each for each in assigns if any(_specials(each.value)) or each.target.name in indices]
    written = {name.id for name in ast.walk(node.test) if isinstance(name, ast.Name)} - indices.keys()
    if written & {each.target.name for each in assigns}:
        return None  # an extent that is computed may not be known yet where the call will stand
    spans = [_line(kernel, each.span) for each in places]
    if None in spans or len(set(spans)) != len(spans):
        return None
    called, imports = _called(model, kernel, "index")
    order = sorted(indices, key=lambda name: indices[name], reverse=True)
    domain = _domain(kernel, tuple(guard[name] for name in order)) or _extents(text, node, order, kernel)
    if not called or not domain:
        return None
    first = places[-1].span
    edits = [Edit(first, f"{', '.join(order)} = {called}({domain})")]
    edits += [Edit(span, "") for span in spans[:-1] if span]
    whole = kernel.block.span(node)
    if len(node.body) == 1 and isinstance(node.body[0], ast.Return):
        end = (
            lines.starts[lines.line_of(whole.end) + 1]
            if lines.line_of(whole.end) + 1 < len(lines.starts)
            else len(text)
        )
        edits.append(Edit(Span(lines.starts[lines.line_of(whole.start)], end), ""))
    else:
        edits.append(Edit(Span(lines.starts[lines.line_of(whole.start)], whole.end), _dedented(kernel, node)))
    return (*(Edit(edit.span.shifted(start), edit.text) for edit in edits), *imports)


def _line(kernel: Analysis, place: Span) -> Span | None:
    """The whole line of a statement that has it to itself."""
    lines = kernel.block.lines
    number = lines.line_of(place.start)
    content = lines.content(number)
    code = kernel.block.text[content.start : content.end].partition("#")[0].strip()
    is_alone = code == kernel.block.text[place.start : place.end] and number + 1 < len(lines.starts)
    return Span(lines.starts[number], lines.starts[number + 1]) if is_alone else None


def _called(model: Model, kernel: Analysis, name: str) -> tuple[str, tuple[Edit, ...]]:
    """How a name of the language is written beside `thread_idx` in this kernel, and the import that it needs."""
    tree = kernel.block.tree
    for node in ast.walk(tree) if tree else ():
        match node:
            case ast.Attribute(value=ast.Attribute(value=owner, attr="thread_idx")):
                return f"{ast.unparse(owner)}.{name}", ()
            case ast.Attribute(value=ast.Name(id="thread_idx")):
                package = model.library.dialect.package
                is_there = model.module.declares(name)
                return name, () if is_there else (import_edit(model, package, name),)
            case _:
                pass
    return "", ()


def _domain(kernel: Analysis, extents: tuple[Expr, ...]) -> str:
    """A tensor of this shape: one that the kernel writes, if there is one."""
    tensors = [each for each in kernel.parameters if isinstance(each, TensorParameter)]
    fitting = [each for each in tensors if each.shape == extents]
    best = [each for each in fitting if each.is_written] or fitting
    return best[0].name if best else ""


def _extents(text: str, node: ast.If, order: list[str], kernel: Analysis) -> str:
    """The extents as the guard writes them."""
    found: dict[str, str] = {}
    for part in ast.walk(node.test):
        match part:
            case ast.Compare(left=ast.Name(id=name), comparators=[extent]) if name in order:
                span = kernel.block.span(extent)
                found[name] = text[span.start : span.end]
            case ast.Compare(left=extent, comparators=[ast.Name(id=name)]) if name in order:
                span = kernel.block.span(extent)
                found[name] = text[span.start : span.end]
            case _:
                pass
    if found.keys() != set(order):
        return ""
    texts = [found[name] for name in order]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def _dedented(kernel: Analysis, node: ast.If) -> str:
    """The body of the guard, as far to the left as the guard."""
    block = kernel.block
    first, last = block.span(node.body[0]), block.span(node.body[-1])
    # Comments above the first statement belong to the body.
    header_line = block.lines.line_of(block.span(node.test).end)
    begin = block.lines.starts[min(header_line + 1, block.lines.line_of(first.start))]
    by = block.lines.column_of(first.start) - block.lines.column_of(block.span(node).start)
    lines = block.text[begin : last.end].split("\n")
    return "\n".join(line[by:] if not line[:by].strip() else line for line in lines)


def _header(kernel: Analysis, node: ast.AST) -> Span:
    span = kernel.block.span(node)
    return Span(span.start, kernel.block.span(node.test).end) if isinstance(node, ast.If) else span


def _is_at(kernel: Analysis, node: ast.AST, span: Span) -> bool:
    return isinstance(node, ast.If) and kernel.block.span(node) == span


def _is_same_work(after: Model, name: str, guarded: If) -> bool:
    """Whether the threads of the domain do what those inside of the guard did."""
    for _, kernel in after.kernels():
        if kernel.qualified_name == name and kernel.ir and kernel.ir.domain:
            before = guarded.then or guarded.otherwise
            return _without_places(kernel.ir.domain.body) == _without_places(before)
    return False


def _without_places(body: tuple[Stmt, ...]) -> object:
    """Statements, however they are placed in the text, and without the guards of what is not proved inside."""

    def plain(value: object) -> object:
        if isinstance(value, Span):
            return None
        if isinstance(value, tuple):
            return tuple(map(plain, value))
        names: tuple[str, ...] = getattr(type(value), "__match_args__", ())
        parts = (plain(getattr(value, name)) for name in names if name != "guard")
        return (type(value).__name__, *parts) if names else value

    return plain(body)
