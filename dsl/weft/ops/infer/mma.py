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
from weft.model.ir import Const, Expr, Place, Special, Store
from weft.model.trace.block import lane, threads
from weft.model.trace.call import Call
from weft.model.trace.tensors import extents, offset_of, place
from weft.model.values import UNKNOWN, DTypeRef, Scalar, Static, Tensor, Tuple, Value, Vector
from weft.model.warps import WARPGROUP_THREADS, not_whole_warpgroups
from weft.records import record, replace

_FACTORS = (F16, BF16)
_ROLES = {"a": "left factor", "b": "right factor", "c": "accumulator", "rows": "rows"}

Role = Literal["a", "b", "c"]

WARPGROUP_ROWS = 64
# Source: PTX ISA, "wgmma.mma_async": N.
MOST_WARPGROUP_COLUMNS = 256


def infer_fragment_a(call: Call) -> Value:
    view = _factor(call, "view")
    if view is None:
        return UNKNOWN
    rows, columns = _shape(view)
    own = _Lane(call)
    items: list[Expr] = []
    for row, column in product(range(0, rows, 16), range(0, columns, 16)):
        items += _load(call, view, _left(call, own, view, (fold.const(row), column)))
    return Vector(tuple(items), view.dtype, "a", (rows, columns)) if call.tracer.is_kernel else UNKNOWN


def infer_fragment_b(call: Call) -> Value:
    view = _factor(call, "view")
    if view is None:
        return UNKNOWN
    rows, columns = _shape(view)
    own = _Lane(call)
    found: dict[tuple[int, int], tuple[Expr, ...]] = {}
    for row, column in product(range(0, rows, 16), range(0, columns, 16)):
        loaded = _load(call, view, _right(call, own, view, (row, column)))
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


def infer_warpgroup_mma(call: Call) -> Value:
    a, b, c = _factor(call, "a"), _factor(call, "b"), _fragment(call, "c", "c")
    if a is None or b is None or c is None:
        return UNKNOWN
    if a.dtype != b.dtype:
        call.report("mma-dtype", f"`a` is of `{a.dtype}` and `b` of `{b.dtype}`: use factors of one dtype")
        return UNKNOWN
    (rows, depth), (b_depth, columns) = _shape(a), _shape(b)
    fits = rows == WARPGROUP_ROWS and depth == b_depth and c.shape == (16, columns)
    if not fits or columns > MOST_WARPGROUP_COLUMNS:
        call.report(
            "mma-shape",
            f"views {(rows, depth)} and {(b_depth, columns)} and an accumulator {c.shape} are no product of a warpgroup: use "
            f"({WARPGROUP_ROWS}, K), (K, N) and (16, N), N at most {MOST_WARPGROUP_COLUMNS}",
        )
        return UNKNOWN
    t = call.tracer
    count = threads(t)
    if isinstance(count, Const) and int(count.value) % WARPGROUP_THREADS:
        call.report("launch-block", not_whole_warpgroups(call.name, int(count.value)))
        return UNKNOWN
    if not t.is_kernel:
        return UNKNOWN
    own = _Lane(call)
    warp = t.held(fold.mod(Special("warp_id"), fold.const(4)), "warp", call.node)
    own_row = t.held(fold.mul(warp, fold.const(16)), "row", call.node)
    loads = [_left(call, own, a, (own_row, step)) for step in range(0, depth, 16)]
    loads += [_right(call, own, b, at) for at in product(range(0, depth, 16), range(0, columns, 16))]
    made = t.do(
        "warpgroup_mma",
        call.node,
        gives=(F32,) * len(c.items),
        args=c.items,
        places=(
            Place(a.array, a.origin),
            Place(b.array, b.origin),
            *(place for load in loads for place in load.places),
        ),
        static=(a.dtype.name, columns, depth, *_swizzled_rows(a), *_swizzled_right(b, columns)),
        guard=fold.both(a.guard, b.guard),
    )
    return replace(c, items=made)


def _swizzled_rows(view: Tensor) -> tuple[int]:
    """How many bits the swizzle of a matrix has whose rows are one period each; 0 for another layout.

    Source: PTX ISA, "Asynchronous Warpgroup Level Matrix Instructions", "Shared Memory Matrix Layout".
    """
    bits, base, shift = view.swizzle or (0, 0, 0)
    row, column = view.axes
    _, width = _shape(view)
    is_one = (base, shift) == (3, 3) and 1 <= bits <= 3 and width <= 8 << bits
    return (
        (bits,)
        if is_one and row.stride == (fold.const(8 << bits),) and column.stride == (fold.const(1),)
        else (0,)
    )


def _swizzled_right(view: Tensor, columns: int) -> tuple[str, int, int]:
    """Which axis of a right factor has neighbours side by side, `k` or `n`; the bits of its swizzle, 0 for a layout that
    a warpgroup's product does not take; and how far its pieces of columns lie apart, in elements."""
    row, column = view.axes
    if row.stride == (fold.const(1),):
        turned = replace(view, axes=(column, row))
        return ("k", *_swizzled_rows(turned), 0)
    bits, base, shift = view.swizzle or (0, 0, 0)
    width, (size, *pieces), (step, *apart) = 8 << bits, column.shape, column.stride
    is_one = (
        (base, shift) == (3, 3)
        and 1 <= bits <= 3
        and row.stride == (fold.const(width),)
        and step == fold.const(1)
    )
    if is_one and not pieces and columns <= width:
        return "n", bits, 0
    if is_one and size == fold.const(width) and len(apart) == 1 and isinstance(apart[0], Const):
        return "n", bits, int(apart[0].value)
    return "n", 0, 0


def infer_as_fragment_a(call: Call) -> Value:
    c, dtype = _fragment(call, "c", "c"), call.value("dtype")
    if c is None:
        return UNKNOWN
    if not isinstance(dtype, DTypeRef) or dtype.dtype not in _FACTORS:
        if dtype is not UNKNOWN:
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
        if element is not UNKNOWN:
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
    if c is None or view is UNKNOWN:
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


@record
class _Matrix:
    """Where the 16 x 16 of a load lie: the row that a thread names to `ldmatrix`, then the thread's eight elements.

    order: whether neighbours of a row lie side by side, or those of a column.
    """

    order: Literal["rows", "columns"]
    places: tuple[Place, ...]


def _left(call: Call, own: "_Lane", view: Tensor, start: tuple[Expr, int]) -> _Matrix:
    """Of a left factor, at this row and column."""
    row, column = start[0], fold.const(start[1])
    named = (own.mod(16), fold.mul(own.part(16, 2), fold.const(8)))
    parts = [(_plus(own.group, r), _plus(own.pair, c)) for c, r in product((0, 8), (0, 8))]
    elements = [(r, _plus(c, at)) for r, c in parts for at in (0, 1)]
    return _matrix(call, view, "rows", (row, column), [named, *elements])


def _right(call: Call, own: "_Lane", view: Tensor, start: tuple[int, int]) -> _Matrix:
    """Of a right factor, at this row and column."""
    row, column = fold.const(start[0]), fold.const(start[1])
    is_by_column = view.axes[0].stride == (fold.const(1),)
    if is_by_column:
        named = (
            fold.mul(own.part(8, 2), fold.const(8)),
            fold.add(fold.mul(own.part(16, 2), fold.const(8)), own.mod(8)),
        )
    else:
        named = (own.mod(16), fold.mul(own.part(16, 2), fold.const(8)))
    parts = [(_plus(own.pair, r), _plus(own.group, c)) for c, r in product((0, 8), (0, 8))]
    elements = [(_plus(r, at), c) for r, c in parts for at in (0, 1)]
    order = "rows" if is_by_column else "columns"
    return _matrix(call, view, order, (row, column), [named, *elements])


def _matrix(
    call: Call,
    view: Tensor,
    order: Literal["rows", "columns"],
    start: tuple[Expr, Expr],
    elements: list[tuple[Expr, Expr]],
) -> _Matrix:
    # The view is known to hold whole matrices.
    found = [
        offset_of(call.tracer, view, [fold.add(row, start[0]), fold.add(column, start[1])])
        for row, column in elements
    ]
    return _Matrix(order, tuple(Place(view.array, offset) for offset in found))


def _load(call: Call, view: Tensor, matrix: _Matrix) -> tuple[Expr, ...]:
    """The eight elements that a thread gets of 16 x 16."""
    return call.tracer.do(
        "load_matrix",
        call.node,
        gives=(view.dtype,) * 8,
        places=matrix.places,
        static=(matrix.order,),
        guard=view.guard,
    )


def _factor(call: Call, name: str) -> Tensor | None:
    view = call.value(name)
    if not isinstance(view, Tensor):
        if view is not UNKNOWN:
            call.report(
                "mma-shape",
                f"`{name}` is a tensor; found {describe(view)}: pass a view of shared memory",
                name,
            )
        return None
    if view.dtype not in _FACTORS:
        _report_dtype(call, name, describe(view))
        return None
    if view.array.space != "shared":
        call.report(
            "mma-space",
            f"`{call.name}` loads from shared memory; found {describe(view)}: copy the tile there first",
            name,
        )
        return None
    sizes = extents(view)
    fits = len(sizes) == 2 and all(isinstance(size, Const) and int(size.value) % 16 == 0 for size in sizes)
    if not fits or view.width > 1 or any(axis.limit is not None for axis in view.axes):
        call.report(
            "mma-shape",
            f"`{call.name}` loads a view of two axes, multiples of 16 known at compile time; found {describe(view)}: "
            "take such a tile",
            name,
        )
        return None
    return view


def _shape(view: Tensor) -> tuple[int, int]:
    rows, columns = (int(size.value) for size in extents(view) if isinstance(size, Const))
    return rows, columns


def _fragment(call: Call, name: str, role: Role) -> Vector | None:
    value = call.value(name)
    if isinstance(value, Vector) and value.role == role and (role != "c" or value.dtype == F32):
        return value
    if isinstance(value, Vector) and value.role == role:
        call.report(
            "mma-dtype",
            f"an accumulator is of `f32`; found {describe(value)}: convert it with `weft.f32(...)`",
            name,
        )
    elif value is not UNKNOWN:
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
    "warpgroup_mma": infer_warpgroup_mma,
    "as_fragment_a": infer_as_fragment_a,
    "fragment_index": infer_fragment_index,
    "store_fragment": infer_store_fragment,
    "row_max": _by_rows("max"),
    "row_sum": _by_rows("add"),
}
