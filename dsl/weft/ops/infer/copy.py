"""What copies of views do: each thread gets its part of the elements."""

from math import prod
from typing import Literal

from weft.model import fold
from weft.model.describe import describe
from weft.model.dialect import Rule
from weft.model.ir import TRUE, Const, Expr, For, Load, Place, Store, Var
from weft.model.trace.block import thread, threads
from weft.model.trace.call import Call
from weft.model.trace.tensors import extents, place
from weft.model.values import UNKNOWN, Static, Tensor, Value
from weft.model.vectors import MOST_GROUPS

# More steps than this are a loop of the generated code.
_MOST_UNROLLED = 32
_WIDEST_BYTES = 16

How = Literal["now", "async"]


def infer_copy(call: Call) -> Value:
    return _copy(call, "now", _WIDEST_BYTES)


def infer_copy_async(call: Call) -> Value:
    size = call.value("bytes_per_thread") if call.given("bytes_per_thread") else Static(_WIDEST_BYTES)
    if not isinstance(size, Static) or size.value not in (4, 8, 16):
        if size is not UNKNOWN:
            call.report(
                "static-required",
                f"a thread copies 4, 8 or 16 bytes at a time; found {describe(size)}: use one of them",
                "bytes_per_thread",
            )
        return UNKNOWN
    dst, src = call.value("dst"), call.value("src")
    for name, view, wanted in (("dst", dst, "shared"), ("src", src, "global")):
        if isinstance(view, Tensor) and view.array.space != wanted:
            call.report(
                "copy-async-space",
                f"`{name}` of `copy_async` lies in {wanted} memory; found {describe(view)}: use `weft.copy`",
                name,
            )
            return UNKNOWN
    assert isinstance(size.value, int)
    return _copy(call, "async", size.value)


def infer_commit_async(call: Call) -> Value:
    if call.tracer.is_kernel:
        call.tracer.do("commit_async", call.node)
    return Static(None)


def infer_wait_async(call: Call) -> Value:
    groups = call.value("groups") if call.given("groups") else Static(0)
    if (
        not isinstance(groups, Static)
        or not isinstance(groups.value, int)
        or groups.value not in range(MOST_GROUPS)
    ):
        if groups is not UNKNOWN:
            call.report(
                "static-required",
                f"`groups` is a number from 0 to {MOST_GROUPS - 1} known at compile time; found {describe(groups)}: write it out",
                "groups",
            )
        return UNKNOWN
    if call.tracer.is_kernel:
        call.tracer.do("wait_async", call.node, static=(groups.value,))
    return Static(None)


def _copy(call: Call, how: How, most_bytes: int) -> Value:
    views = _views(call)
    if views is None:
        return UNKNOWN
    t, (dst, src, shape) = call.tracer, views
    if not t.is_kernel:
        return Static(None)
    t.written.add(dst.array.name)
    width = _width(dst, shape, most_bytes)
    per_row = shape[-1] // width
    chunks = prod(shape[:-1]) * per_row
    count, first = threads(t), t.held(thread(t), "thread", call.node)
    if isinstance(count, Const) and -(-chunks // int(count.value)) <= _MOST_UNROLLED:
        size = int(count.value)
        for start in range(0, chunks, size):
            guard = fold.less(first, fold.const(chunks - start)) if chunks - start < size else None
            _chunk(call, how, (dst, src), _coordinates(first, start, shape, width), width, guard)
        return Static(None)
    at = t.temporary("chunk", first.dtype)
    t.known.assume_at_least(at, fold.const(0))
    t.known.assume_less(at, fold.const(chunks))
    with t.block_of() as body:
        _chunk(call, how, (dst, src), _coordinates(at, 0, shape, width), width, None)
    t.emit(For(at, first, fold.const(chunks), count, tuple(body), t.span(call.node)))
    return Static(None)


def _views(call: Call) -> tuple[Tensor, Tensor, list[int]] | None:
    dst, src = call.value("dst"), call.value("src")
    for name, view in (("dst", dst), ("src", src)):
        if not isinstance(view, Tensor):
            if view is not UNKNOWN:
                call.report(
                    "copy-shape",
                    f"`{name}` of `{call.name}` is a tensor; found {describe(view)}: pass a view",
                    name,
                )
            return None
    assert isinstance(dst, Tensor) and isinstance(src, Tensor)
    shape = [int(extent.value) for extent in extents(dst) if isinstance(extent, Const)]
    if (
        len(shape) < len(dst.axes)
        or extents(dst) != extents(src)
        or dst.dtype != src.dtype
        or dst.width + src.width > 2
    ):
        call.report(
            "copy-shape",
            f"`{call.name}` copies between views of one dtype and one shape known at compile time; found "
            f"{describe(src)} to {describe(dst)}: take tiles of one shape",
        )
        return None
    return dst, src, shape


def _width(dst: Tensor, shape: list[int], most_bytes: int) -> int:
    """How many elements a thread copies at a time."""
    width = max(1, most_bytes // dst.dtype.itemsize_bytes)
    while shape[-1] % width:
        width //= 2
    return width


def _coordinates(thread: Expr, start: int, shape: list[int], width: int) -> list[Expr]:
    """Where chunk `start + thread` begins. What of `start` makes whole rows is added after the division, so that the
    addresses of a thread's chunks differ by constants."""
    sizes = [*shape[:-1], shape[-1] // width]
    found: list[Expr] = []
    rest, whole = thread, start
    for size in reversed(sizes[1:]):
        if whole % size:
            rest, whole = fold.add(rest, fold.const(whole)), 0
        found.append(fold.mod(rest, fold.const(size)))
        rest, whole = fold.floordiv(rest, fold.const(size)), whole // size
    found.append(fold.add(rest, fold.const(whole)))
    found[0] = fold.mul(found[0], fold.const(width)) if width > 1 else found[0]
    return found[::-1]


def _chunk(
    call: Call, how: How, views: tuple[Tensor, Tensor], start: list[Expr], width: int, guard: Expr | None
) -> None:
    """Neighbouring elements, read together and written together."""
    t, (dst, src) = call.tracer, views
    span = t.span(call.node)
    start = [t.held(part, "at", call.node) for part in start]
    lanes = [[*start[:-1], fold.add(start[-1], fold.const(lane))] for lane in range(width)]
    targets = [_with_guard(place(t, dst, at), guard) for at in lanes]
    sources = [place(t, src, at) for at in lanes]
    if how == "async":
        places = [
            Place(array, offset)
            for (to, _), (of, _) in zip(targets, sources, strict=True)
            for array, offset in ((dst.array, to), (src.array, of))
        ]
        inside = tuple(TRUE if found is None else found for _, found in sources)
        size = width * dst.dtype.itemsize_bytes
        t.do("copy_async", call.node, args=inside, places=tuple(places), static=(size,), guard=targets[0][1])
        return
    held: list[Var] = [t.temporary(f"{src.name}_element", src.dtype) for _ in lanes]
    for variable, (offset, found) in zip(held, sources, strict=True):
        t.set(variable, Load(src.array, offset, fold.both(guard, found), span), call.node)
    for variable, (offset, found) in zip(held, targets, strict=True):
        t.emit(Store(dst.array, offset, variable, found, span))


def _with_guard(found: tuple[Expr, Expr | None], guard: Expr | None) -> tuple[Expr, Expr | None]:
    return found[0], fold.both(guard, found[1])


RULES: dict[str, Rule] = {
    "copy": infer_copy,
    "copy_async": infer_copy_async,
    "commit_async": infer_commit_async,
    "wait_async": infer_wait_async,
}
