"""What products of a warp give: fragments, whose elements each thread has its share of.

The order of a thread's elements, for each 16 x 16 of a left factor (8), 16 x 8 of a right factor (4) and 16 x 8 of an
accumulator (4), is that of PTX ISA, "Matrix Fragments for mma.m16n8k16"; blocks come row by row.
"""

from functools import reduce
from itertools import product
from typing import Literal

from weft.model import fold
from weft.model.describe import describe
from weft.model.dialect import Rule
from weft.model.dtypes import BF16, F16, F32
from weft.model.ir import Const, Expr, Place, Store
from weft.model.trace.block import lane
from weft.model.trace.call import Call
from weft.model.trace.tensors import extents, place
from weft.model.values import UNKNOWN, DTypeRef, Scalar, Static, Tensor, Tuple, Value, Vector
from weft.records import replace

_FACTORS = (F16, BF16)
_ROLES = {"a": "left factor", "b": "right factor", "c": "accumulator", "rows": "rows"}

Role = Literal["a", "b", "c"]


def infer_fragment_a(call: Call) -> Value:
    view = _factor(call)
    if view is None:
        return UNKNOWN
    rows, columns = _shape(view)
    t, own = call.tracer, _Lane(call)
    items: list[Expr] = []
    for row, column in product(range(0, rows, 16), range(0, columns, 16)):
        named = (own.mod(16), fold.mul(own.part(16, 2), fold.const(8)))
        parts = [(_plus(own.group, r), _plus(own.pair, c)) for c, r in product((0, 8), (0, 8))]
        elements = [(r, _plus(c, at)) for r, c in parts for at in (0, 1)]
        items += _load(call, view, "rows", (row, column), [named, *elements])
    return Vector(tuple(items), view.dtype, "a", (rows, columns)) if t.is_kernel else UNKNOWN


def infer_fragment_b(call: Call) -> Value:
    view = _factor(call)
    if view is None:
        return UNKNOWN
    rows, columns = _shape(view)
    own = _Lane(call)
    is_by_column = view.axes[0].stride == (fold.const(1),)
    found: dict[tuple[int, int], tuple[Expr, ...]] = {}
    for row, column in product(range(0, rows, 16), range(0, columns, 16)):
        if is_by_column:
            named = (
                fold.mul(own.part(8, 2), fold.const(8)),
                fold.add(fold.mul(own.part(16, 2), fold.const(8)), own.mod(8)),
            )
        else:
            named = (own.mod(16), fold.mul(own.part(16, 2), fold.const(8)))
        parts = [(_plus(own.pair, r), _plus(own.group, c)) for c, r in product((0, 8), (0, 8))]
        elements = [(_plus(r, at), c) for r, c in parts for at in (0, 1)]
        loaded = _load(call, view, "rows" if is_by_column else "columns", (row, column), [named, *elements])
        found[row, column], found[row, column + 8] = loaded[:4], loaded[4:]
    items = [item for key in sorted(found) for item in found[key]]
    return Vector(tuple(items), view.dtype, "b", (rows, columns)) if call.tracer.is_kernel else UNKNOWN


def infer_accumulator(call: Call) -> Value:
    sizes = [call.value(name) for name in ("rows", "columns")]
    value = call.number("value", F32) if call.given("value") else fold.const(0.0, F32)
    numbers = [size.value for size in sizes if isinstance(size, Static) and isinstance(size.value, int)]
    are_multiples = len(numbers) == 2 and min(numbers) > 0 and numbers[0] % 16 == 0
    if not are_multiples or (numbers[1] % 8 and numbers[1] != 1):
        if UNKNOWN not in sizes:
            call.report(
                "mma-shape",
                "an accumulator has a multiple of 16 rows and a multiple of 8 columns, or 1, known at compile time; found "
                f"{describe(sizes[0])} and {describe(sizes[1])}: use such sizes",
            )
        return UNKNOWN
    if value is None:
        return UNKNOWN
    rows, columns = numbers
    if columns == 1:
        return Vector((value,) * (rows // 8), F32, "rows", (rows, 1))
    return Vector((value,) * (rows * columns // 32), F32, "c", (rows, columns))


def infer_mma(call: Call) -> Value:
    a, b, c = _fragment(call, "a", "a"), _fragment(call, "b", "b"), _fragment(call, "c", "c")
    if a is None or b is None or c is None:
        return UNKNOWN
    if a.dtype != b.dtype:
        call.report("mma-dtype", f"`a` is of `{a.dtype}` and `b` of `{b.dtype}`: use factors of one dtype")
        return UNKNOWN
    (rows, depth), (b_depth, columns) = a.shape, b.shape
    if depth != b_depth or c.shape != (rows, columns):
        call.report(
            "mma-shape",
            f"fragments {a.shape} and {b.shape} do not multiply into {c.shape}: use (M, K), (K, N) and (M, N)",
        )
        return UNKNOWN
    t = call.tracer
    made: list[Expr] = []
    for row, column in product(range(rows // 16), range(columns // 8)):
        at = (row * (columns // 8) + column) * 4
        total = tuple(c.items[at : at + 4])
        for step in range(depth // 16):
            left = (row * (depth // 16) + step) * 8
            right = (step * (columns // 8) + column) * 4
            args = (*a.items[left : left + 8], *b.items[right : right + 4], *total)
            total = t.do("mma", call.node, gives=(F32,) * 4, args=args, static=(a.dtype.name,))
        made += total
    return replace(c, items=tuple(made))


def infer_as_fragment_a(call: Call) -> Value:
    c, dtype = _fragment(call, "c", "c"), call.value("dtype")
    if c is None:
        return UNKNOWN
    if not isinstance(dtype, DTypeRef) or dtype.dtype not in _FACTORS:
        if dtype != UNKNOWN:
            _report_dtype(call, "dtype", describe(dtype))
        return UNKNOWN
    rows, columns = c.shape
    if columns % 16:
        call.report(
            "mma-shape",
            f"a left factor has a multiple of 16 columns; found {columns}: use such an accumulator",
        )
        return UNKNOWN
    items: list[Expr] = []
    for row, column in product(range(rows // 16), range(0, columns // 8, 2)):
        for at in (column, column + 1):
            first = (row * (columns // 8) + at) * 4
            items += [
                call.tracer.held(fold.convert(c.items[first + k], dtype.dtype), "factor", call.node)
                for k in range(4)
            ]
    return Vector(tuple(items), dtype.dtype, "a", c.shape)


def infer_fragment_index(call: Call) -> Value:
    c, element = _fragment(call, "c", "c"), call.value("element")
    if c is None:
        return UNKNOWN
    if not isinstance(element, Static) or not isinstance(element.value, int):
        if element != UNKNOWN:
            call.report(
                "static-required",
                f"`element` is a number known at compile time; found {describe(element)}",
                "element",
            )
        return UNKNOWN
    if not 0 <= element.value < len(c.items):
        call.report(
            "out-of-bounds",
            f"a thread has {len(c.items)} elements of this fragment; found {element.value}: use 0 to {len(c.items) - 1}",
            "element",
        )
        return UNKNOWN
    row, column = _coordinates(_Lane(call), c, element.value)
    return Tuple((Scalar(row), Scalar(column)))


def infer_store_fragment(call: Call) -> Value:
    view, c = call.value("view"), _fragment(call, "c", "c")
    if c is None or view == UNKNOWN:
        return UNKNOWN
    if not isinstance(view, Tensor) or extents(view) != [fold.const(size) for size in c.shape]:
        call.report(
            "mma-shape",
            f"an accumulator of {c.shape} is stored to a view of that shape; found {describe(view)}",
            "view",
        )
        return UNKNOWN
    t = call.tracer
    t.written.add(view.array.name)
    own = _Lane(call)
    for pair in range(0, len(c.items), 2):
        # Neighbours of a row, side by side, so that they can become one store.
        held = [
            t.held(fold.convert(item, view.dtype), "element", call.node) for item in c.items[pair : pair + 2]
        ]
        for element, value in enumerate(held, pair):
            offset, guard = place(t, view, _coordinates(own, c, element))
            if t.is_kernel:
                t.emit(Store(view.array, offset, value, guard, t.span(call.node)))
    return Static(None)


def _by_rows(name: str) -> Rule:
    """name: what joins the elements of a row, of `weft.model.ir.PRIMITIVES`."""

    def infer(call: Call) -> Value:
        c = _fragment(call, "c", "c")
        if c is None:
            return UNKNOWN
        t, width = call.tracer, c.shape[1] // 8 * 4
        joined: list[Expr] = []
        for row in range(c.shape[0] // 8):
            first = row // 2 * width + row % 2 * 2
            own = [c.items[first + block + at] for block in range(0, width, 4) for at in (0, 1)]
            total = reduce(lambda a, b: fold.operation(name, a, b, dtype=F32), own)
            # A row lies in four neighbouring lanes.
            for distance in (1, 2):
                total = t.held(total, "row", call.node)
                (other,) = t.do(
                    "shuffle", call.node, gives=(F32,), args=(total,), static=("xor", 32, distance)
                )
                total = fold.operation(name, total, other, dtype=F32)
            joined.append(t.held(total, "row", call.node))
        return Vector(tuple(joined), F32, "rows", (c.shape[0], 1))

    return infer


class _Lane:
    """Parts of this thread's number in its warp, each computed once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._lane = self._held(lane(call.tracer))
        self.group = self.part(4, 8)
        self.pair = self._held(fold.mul(self.mod(4), fold.const(2)))

    def mod(self, size: int) -> Expr:
        return self._held(fold.mod(self._lane, fold.const(size)))

    def part(self, size: int, count: int) -> Expr:
        """Which of `count` groups of `size` threads this one is in."""
        return self._held(fold.mod(fold.floordiv(self._lane, fold.const(size)), fold.const(count)))

    def _held(self, expr: Expr) -> Expr:
        return self._call.tracer.held(expr, "lane", self._call.node)


def _coordinates(own: _Lane, c: Vector, element: int) -> tuple[Expr, Expr]:
    block, at = divmod(element, 4)
    row, column = divmod(block, c.shape[1] // 8)
    return _plus(own.group, row * 16 + at // 2 * 8), _plus(own.pair, column * 8 + at % 2)


def _load(
    call: Call, view: Tensor, order: str, start: tuple[int, int], named: list[tuple[Expr, Expr]]
) -> tuple[Expr, ...]:
    """The eight elements that a thread gets of 16 x 16; the first place is the row that it names to `ldmatrix`."""
    t = call.tracer
    found = [place(t, view, [_plus(row, start[0]), _plus(column, start[1])]) for row, column in named]
    places = tuple(Place(view.array, offset) for offset, _ in found)
    return t.do(
        "load_matrix", call.node, gives=(view.dtype,) * 8, places=places, static=(order,), guard=view.guard
    )


def _factor(call: Call) -> Tensor | None:
    view = call.value("view")
    if not isinstance(view, Tensor):
        if view != UNKNOWN:
            call.report(
                "mma-shape",
                f"`view` is a tensor; found {describe(view)}: pass a view of shared memory",
                "view",
            )
        return None
    if view.dtype not in _FACTORS:
        _report_dtype(call, "view", describe(view))
        return None
    if view.array.space != "shared":
        call.report(
            "mma-space",
            f"`{call.name}` loads from shared memory; found {describe(view)}: copy the tile there first",
            "view",
        )
        return None
    sizes = extents(view)
    fits = len(sizes) == 2 and all(isinstance(size, Const) and int(size.value) % 16 == 0 for size in sizes)
    if not fits or view.width > 1 or any(axis.limit is not None for axis in view.axes):
        call.report(
            "mma-shape",
            f"`{call.name}` loads a view of two axes, multiples of 16 known at compile time; found {describe(view)}: "
            "take such a tile",
            "view",
        )
        return None
    return view


def _shape(view: Tensor) -> tuple[int, int]:
    rows, columns = (int(size.value) for size in extents(view) if isinstance(size, Const))
    return rows, columns


def _fragment(call: Call, name: str, role: Role) -> Vector | None:
    value = call.value(name)
    if isinstance(value, Vector) and value.role == role:
        return value
    if value != UNKNOWN:
        makers = {"a": "fragment_a", "b": "fragment_b", "c": "accumulator"}
        call.report(
            "mma-shape",
            f"`{name}` of `{call.name}` is a fragment, the {_ROLES[role]}; found {describe(value)}: make it with "
            f"`weft.{makers[role]}`",
            name,
        )
    return None


def _report_dtype(call: Call, name: str, found: str) -> None:
    call.report("mma-dtype", f"factors are of `f16` or `bf16`; found {found}: use one of them", name)


def _plus(expr: Expr, number: int) -> Expr:
    return fold.add(expr, fold.const(number))


RULES: dict[str, Rule] = {
    "fragment_a": infer_fragment_a,
    "fragment_b": infer_fragment_b,
    "accumulator": infer_accumulator,
    "mma": infer_mma,
    "as_fragment_a": infer_as_fragment_a,
    "fragment_index": infer_fragment_index,
    "store_fragment": infer_store_fragment,
    "row_max": _by_rows("max"),
    "row_sum": _by_rows("add"),
}
