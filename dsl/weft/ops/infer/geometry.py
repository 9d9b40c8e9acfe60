"""What naming a kernel's domain gives."""

from weft.model import fold
from weft.model.dialect import Rule
from weft.model.dtypes import INDEX
from weft.model.ir import Const, Expr, Special, Var
from weft.model.limits import block_problems, triple
from weft.model.trace.call import Call
from weft.model.trace.tensors import extents
from weft.model.trace.tracer import DomainSite, Tracer
from weft.model.values import UNKNOWN, Scalar, Static, Tensor, Tuple, Value
from weft.ops.infer.tensor import index_exprs, static_sizes, value_of

_MOST_AXES = 3


def infer_index(call: Call) -> Value:
    """A domain with one point for each element; the compiler chooses the block unless it is given."""
    extents = _extents(call)
    block = static_sizes(call, "block") if call.given("block") else None
    if extents is None or (call.given("block") and block is None):
        return UNKNOWN
    return _open(call, extents, block, is_tiled=False)


def infer_tile_index(call: Call) -> Value:
    """A domain of whole tiles: one block for each tile, and every thread of it takes part."""
    extents, tile = _extents(call), static_sizes(call, "tile")
    return UNKNOWN if extents is None or tile is None else _open(call, extents, tile, is_tiled=True)


def infer_in_domain(call: Call) -> Value:
    inside = in_domain(call.tracer)
    return Static(True) if inside is None else Scalar(inside)


def in_domain(t: Tracer) -> Expr | None:
    """Whether this thread is in the domain; None where all are, or where all take part."""
    site = t.domain
    if site is None or site.is_tiled:
        return None
    inside: Expr | None = None
    for index, extent in zip(site.indices, site.extents, strict=True):
        inside = fold.both(inside, fold.less(index, extent))
    return inside


def infer_ceil_div(call: Call) -> Value:
    a, b = call.number("a", INDEX), call.number("b", INDEX)
    if a is None or b is None:
        return UNKNOWN
    return value_of(fold.floordiv(fold.sub(fold.add(a, b), fold.const(1)), b))


def _extents(call: Call) -> list[Expr] | None:
    value = call.value("domain")
    if isinstance(value, Tensor):
        return extents(value)
    return index_exprs(call, "domain")


def _open(call: Call, extents: list[Expr], block: tuple[int, ...] | None, *, is_tiled: bool) -> Value:
    t = call.tracer
    if not t.is_kernel or not _may_open(call, extents, block):
        return UNKNOWN
    names = (
        t.target if len(t.target) == len(extents) else tuple(f"index{axis}" for axis in range(len(extents)))
    )
    indices = tuple(t.variable(name, INDEX) for name in names)
    for axis, (index, extent) in enumerate(zip(indices, extents, strict=True)):
        t.known.forget(index)
        t.known.assume_at_least(index, fold.const(0))
        clusters = _cluster_blocks(t, len(extents) - 1 - axis)
        if not is_tiled or (block and _is_covered(extent, block[axis], clusters)):
            t.known.assume_less(index, extent)
    if block is not None:
        _know_block(call, indices, block)
    t.domain = DomainSite(indices, tuple(extents), block, is_tiled, t.span(call.node), t.blocks[0])
    t.blocks[0] = []
    t.blocks[-1] = t.blocks[0]
    return Scalar(indices[0]) if len(indices) == 1 else Tuple(tuple(map(Scalar, indices)))


def _is_covered(extent: Expr, size: int, clusters: int) -> bool:
    """Whether tiles of this size never reach past the extent. clusters: how many of them a cluster has."""
    whole = size * clusters
    return whole == 1 or (isinstance(extent, Const) and extent.value % whole == 0)


def _may_open(call: Call, extents: list[Expr], block: tuple[int, ...] | None) -> bool:
    t = call.tracer
    if t.depth > 0 or len(t.frames) > 1:
        call.report(
            "domain-place",
            f"`{call.name}` names the kernel's domain for every thread: call it at the top level of the kernel, not in a "
            "branch, a loop or a function",
        )
        return False
    if t.domain is not None:
        call.report(
            "domain-place",
            "the kernel has a domain already, and a kernel has one: use the first one's indices",
        )
        return False
    if not extents:
        call.report(
            "domain-rank",
            "the domain has no axes, and threads are counted along one to three: write `weft.index(1)` for one thread",
        )
        return False
    if len(extents) > _MOST_AXES:
        call.report(
            "domain-rank",
            f"the domain has {len(extents)} axes and a grid has at most {_MOST_AXES}: name three of them, and loop "
            "over the rest",
        )
        return False
    return block is None or (_block_fits(call, extents, block) and _has_whole_clusters(call, extents, block))


def _has_whole_clusters(call: Call, extents: list[Expr], block: tuple[int, ...]) -> bool:
    """Along axes whose number of blocks is known no cluster adds blocks, which would do others' work again."""
    for axis, (extent, side) in enumerate(zip(extents, block, strict=True)):
        wanted = _cluster_blocks(call.tracer, len(extents) - 1 - axis)
        if isinstance(extent, Const) and -(-int(extent.value) // side) % wanted:
            blocks = -(-int(extent.value) // side)
            call.report(
                "cluster",
                f"the domain has {blocks} {'block' if blocks == 1 else 'blocks'} along axis {axis} and the cluster {wanted}, so that "
                "others would be added: give the cluster's blocks in the order of the domain's axes, as in `weft.cluster((2, 1))`",
            )
            return False
    return True


def _cluster_blocks(t: Tracer, position: int) -> int:
    """How many blocks a cluster has along x, y or z, by its position."""
    return t.cluster.shape[position] if t.cluster else 1


def _block_fits(call: Call, extents: list[Expr], block: tuple[int, ...]) -> bool:
    name = "tile" if call.given("tile") else "block"
    if len(block) != len(extents):
        call.report(
            "domain-rank",
            f"the domain has {len(extents)} axes and `{name}` {len(block)}: give {len(extents)}",
            name,
        )
        return False
    problems = list(block_problems(triple(block[::-1])))
    for problem in problems:
        call.report(problem.code, problem.message, name)
    return not problems


def _know_block(call: Call, indices: tuple[Var, ...], block: tuple[int, ...]) -> None:
    """Inside a block of known shape, thread indices have known bounds."""
    known = call.tracer.known
    for axis, size in zip("xyz", triple(block[::-1]), strict=True):
        thread = Special(f"thread_idx.{axis}")
        known.assume_at_least(thread, fold.const(0))
        known.assume_less(thread, fold.const(size))


RULES: dict[str, Rule] = {
    "in_domain": infer_in_domain,
    "index": infer_index,
    "tile_index": infer_tile_index,
    "ceil_div": infer_ceil_div,
}
