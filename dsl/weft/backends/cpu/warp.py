"""What the lanes of a warp do together, for a whole warp at once: 32 values are one LLVM vector.

What the functions are given is told in `warps`. Vectors are read and written whole: where a warp has fewer lanes, the
others' values are nobody's, and are kept out of every result.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from llvmlite import ir as llvm

from weft.backends.cpu import arithmetic
from weft.backends.cpu.arithmetic import I8, I32
from weft.backends.cpu.memory import mark
from weft.backends.expressions import effect_of
from weft.backends.llvm.definitions import Definition
from weft.backends.llvm.loops import for_range
from weft.model.dtypes import BY_NAME, I64, DType
from weft.model.ir import WARP_SIZE

LANES = range(WARP_SIZE)
_I64 = llvm.IntType(64)


def function(name: str) -> Definition | None:
    """What does an effect of a warp, by the name that `effect_function` gives it; None for other functions."""
    found = effect_of(name)
    make = _FUNCTIONS.get(found[0]) if found else None
    return make(*found[1]) if make and found else None


def _shuffle(mode: str, width: str, *rest: str) -> Definition:
    """The values, and the lanes or distances unless they are fixed; then the results."""
    *fixed, name = rest
    dtype, size = BY_NAME[name], int(width)
    if fixed:
        return _of_addresses(2, partial(_shuffle_fixed, mode, size, int(fixed[0]), dtype))
    return _of_addresses(3, partial(_shuffle_free, mode, size, dtype))


def _vote(which: str, _dtype: str) -> Definition:
    return _of_addresses(2, partial(_vote_of, which))


def _ballot(_dtype: str) -> Definition:
    return _of_addresses(2, _ballot_of)


def _reduce(which: str, width: str, name: str) -> Definition:
    return _of_addresses(2, partial(_reduce_of, which, int(width), BY_NAME[name]))


def _scan(which: str, width: str, name: str) -> Definition:
    return _of_addresses(2, partial(_scan_of, which, int(width), BY_NAME[name]))


def _barrier() -> Definition:
    """Nothing: the lanes have all come where one group ends and the next begins."""
    return _of_addresses(0, _nothing)


_FUNCTIONS: Mapping[str, Callable[..., Definition]] = {
    "shuffle": _shuffle,
    "vote": _vote,
    "ballot": _ballot,
    "warp_reduce": _reduce,
    "warp_scan": _scan,
    "warp_barrier": _barrier,
}


def _nothing(builder: Any, lanes: Any) -> None: ...


def _of_addresses(count: int, build: Callable[..., Any]) -> Definition:
    """A function of so many addresses and the number of lanes."""
    return Definition(None, (I64,) * (count + 1), build)


def _shuffle_fixed(
    mode: str, width: int, by: int, dtype: DType, builder: Any, values: Any, results: Any, lanes: Any
) -> None:
    own = _load(builder, values, dtype)
    sources = [_source(mode, width, lane, by) for lane in LANES]
    moved = _permuted(builder, own, own, sources)
    there = builder.icmp_signed("<", _constants(I32, sources), _splat(builder, builder.trunc(lanes, I32)))
    _store(builder, results, builder.select(there, moved, own), dtype)


def _source(mode: str, width: int, lane: int, by: int) -> int:
    """The lane whose value `lane` gets; itself where that lane is not in its part of the warp.

    Source: PTX ISA, `shfl.sync`.
    """
    start = lane - lane % width
    end = start + width - 1
    match mode:
        case "idx":
            return start + by % width
        case "up":
            return lane - by if lane - by >= start else lane
        case "down":
            return lane + by if lane + by <= end else lane
        case _:
            return lane ^ by if lane ^ by <= end else lane


def _shuffle_free(
    mode: str, width: int, dtype: DType, builder: Any, values: Any, by: Any, results: Any, lanes: Any
) -> None:
    element = arithmetic.memory_type(dtype)
    count = builder.trunc(lanes, I32)
    with for_range(builder, WARP_SIZE, _I64) as number:
        lane = builder.trunc(number, I32)
        distance = builder.load(_element(builder, by, I32, number), align=4)
        mark(builder, distance, "local")
        source = _free_source(builder, mode, width, lane, builder.and_(distance, I32(31)))
        source = builder.select(builder.icmp_signed("<", source, count), source, lane)
        value = builder.load(
            _element(builder, values, element, builder.sext(source, _I64)), align=dtype.itemsize_bytes
        )
        mark(builder, value, "local")
        place = _element(builder, results, element, number)
        mark(builder, builder.store(value, place, align=dtype.itemsize_bytes), "local")


def _free_source(builder: Any, mode: str, width: int, lane: Any, by: Any) -> Any:
    """As `_source`, of a distance that is not fixed."""
    start = builder.and_(lane, I32(-width))
    end = builder.or_(lane, I32(width - 1))
    match mode:
        case "idx":
            return builder.or_(start, builder.and_(by, I32(width - 1)))
        case "up":
            source = builder.sub(lane, by)
            return builder.select(builder.icmp_signed(">=", source, start), source, lane)
        case "down":
            source = builder.add(lane, by)
        case _:
            source = builder.xor(lane, by)
    return builder.select(builder.icmp_signed("<=", source, end), source, lane)


def _vote_of(which: str, builder: Any, values: Any, results: Any, lanes: Any) -> None:
    bits = _true_lanes(builder, values, lanes)
    if which == "any":
        answer = builder.icmp_unsigned("!=", bits, I32(0))
    else:
        answer = builder.icmp_unsigned("==", bits, _first_bits(builder, lanes))
    _store_vector(builder, results, _splat(builder, builder.zext(answer, I8)), 1)


def _ballot_of(builder: Any, values: Any, results: Any, lanes: Any) -> None:
    _store_vector(builder, results, _splat(builder, _true_lanes(builder, values, lanes)), 4)


def _true_lanes(builder: Any, values: Any, lanes: Any) -> Any:
    """A bit for each lane."""
    truths = _load_vector(builder, values, I8, 1)
    zeros = llvm.Constant(truths.type, [0] * WARP_SIZE)
    is_true = builder.icmp_unsigned("!=", truths, zeros)
    return builder.and_(builder.bitcast(is_true, I32), _first_bits(builder, lanes))


def _first_bits(builder: Any, lanes: Any) -> Any:
    """`lanes` ones, from 1 to 32 of them."""
    return builder.lshr(I32(-1), builder.sub(I32(WARP_SIZE), builder.trunc(lanes, I32)))


def _reduce_of(
    which: str, width: int, dtype: DType, builder: Any, values: Any, results: Any, lanes: Any
) -> None:
    """The same tree as on a GPU: halves meet, then quarters, so that floats round the same."""
    value = _masked(builder, _load(builder, values, dtype), lanes, _neutral(which, dtype))
    distance = width // 2
    while distance:
        value = _combine(
            builder, which, dtype, value, _permuted(builder, value, value, [one ^ distance for one in LANES])
        )
        distance //= 2
    _store(builder, results, value, dtype)


def _scan_of(
    which: str, width: int, dtype: DType, builder: Any, values: Any, results: Any, lanes: Any
) -> None:
    value = _load(builder, values, dtype)
    zeros = _constants(value.type.element, [_neutral("sum", dtype)] * WARP_SIZE)
    distance = 1
    while distance < width:
        value = _combine(builder, "sum", dtype, value, _moved_up(builder, value, zeros, width, distance))
        distance *= 2
    if which == "exclusive":
        value = _moved_up(builder, value, zeros, width, 1)
    _store(builder, results, value, dtype)


def _moved_up(builder: Any, value: Any, zeros: Any, width: int, distance: int) -> Any:
    """Each lane's value `distance` lanes further; zeros come in."""
    sources = [
        lane - distance if lane % width >= distance else WARP_SIZE + lane  # The second vector's.
        for lane in LANES
    ]
    return _permuted(builder, value, zeros, sources)


def _neutral(which: str, dtype: DType) -> float:
    """What changes no result."""
    if which == "sum":
        return 0
    if dtype.is_float:
        return float("-inf") if which == "max" else float("inf")
    if which == "max":
        return -(2 ** (dtype.bits - 1)) if dtype.is_signed else 0
    return 2 ** (dtype.bits - dtype.is_signed) - 1


def _combine(builder: Any, which: str, dtype: DType, a: Any, b: Any) -> Any:
    if which == "sum":
        return builder.fadd(a, b) if dtype.is_float else builder.add(a, b)
    kind = f"{which}num" if dtype.is_float else f"{'s' if dtype.is_signed else 'u'}{which}"
    return _vector_intrinsic(
        builder, f"llvm.{kind}.v{WARP_SIZE}{'f' if dtype.is_float else 'i'}{dtype.bits}", a, b
    )


def _vector_intrinsic(builder: Any, name: str, a: Any, b: Any) -> Any:
    known = builder.module.globals.get(name)
    function = known or llvm.Function(builder.module, llvm.FunctionType(a.type, [a.type, b.type]), name)
    return builder.call(function, [a, b])


def _masked(builder: Any, value: Any, lanes: Any, neutral: float) -> Any:
    """`value`, and `neutral` in the lanes that are not there."""
    there = builder.icmp_signed("<", _constants(I32, LANES), _splat(builder, builder.trunc(lanes, I32)))
    return builder.select(there, value, _constants(value.type.element, [neutral] * WARP_SIZE))


def _load(builder: Any, address: Any, dtype: DType) -> Any:
    return _load_vector(builder, address, arithmetic.memory_type(dtype), dtype.itemsize_bytes)


def _store(builder: Any, address: Any, value: Any, dtype: DType) -> None:
    _store_vector(builder, address, value, dtype.itemsize_bytes)


def _load_vector(builder: Any, address: Any, element: Any, align_bytes: int) -> Any:
    kind = llvm.VectorType(element, WARP_SIZE)
    loaded = builder.load(builder.inttoptr(address, kind.as_pointer()), align=align_bytes)
    mark(builder, loaded, "local")
    return loaded


def _store_vector(builder: Any, address: Any, value: Any, align_bytes: int) -> None:
    pointer = builder.inttoptr(address, value.type.as_pointer())
    mark(builder, builder.store(value, pointer, align=align_bytes), "local")


def _element(builder: Any, address: Any, element: Any, index: Any) -> Any:
    return builder.gep(builder.inttoptr(address, element.as_pointer()), [index], source_etype=element)


def _permuted(builder: Any, a: Any, b: Any, sources: Sequence[int]) -> Any:
    """The elements of `a`, then of `b`, that have these numbers."""
    return builder.shuffle_vector(a, b, _constants(I32, sources))


def _splat(builder: Any, value: Any) -> Any:
    kind = llvm.VectorType(value.type, WARP_SIZE)
    one = builder.insert_element(llvm.Constant(kind, llvm.Undefined), value, I32(0))
    return _permuted(builder, one, one, [0] * WARP_SIZE)


def _constants(element: Any, values: Sequence[float]) -> Any:
    return llvm.Constant(llvm.VectorType(element, WARP_SIZE), list(values))
