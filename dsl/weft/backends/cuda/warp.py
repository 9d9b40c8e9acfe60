"""What the lanes of a warp do together, with NVVM's intrinsics.

The last warp of a block may have fewer than 32 lanes. The others take part in nothing: they are not in the mask of an
instruction, and not a source of a shuffle.
"""

from collections.abc import Callable, Mapping
from functools import partial

from llvmlite import ir

from weft.backends.expressions import effect_of
from weft.backends.llvm.definitions import Builder, Definition, Value, call, llvm_type
from weft.model.dtypes import BOOL, BY_NAME, I32, U32, DType
from weft.model.ir import WARP_SIZE

_I1, _I32 = ir.IntType(1), ir.IntType(32)
_ALL_BITS = _I32(-1)


def register(name: str, builder: Builder) -> Value:
    """A special register, `tid.x`. Source: NVVM IR specification, "Special registers"."""
    return call(builder, f"llvm.nvvm.read.ptx.sreg.{name}", _I32)


def lane_id(builder: Builder) -> Value:
    """The lane of this thread: warps are cut from the threads of a block in the order of x, y, z."""
    return register("laneid", builder)


def warp_id(builder: Builder) -> Value:
    """The warp of this thread in its block. The register `warpid` may change while a kernel runs."""
    return builder.lshr(_thread(builder), _I32(5))


def _thread(builder: Builder) -> Value:
    """The number of this thread in its block."""
    number = register("tid.z", builder)
    for axis in "yx":
        number = builder.mul(number, register(f"ntid.{axis}", builder))
        number = builder.add(number, register(f"tid.{axis}", builder))
    return number


def _last_lane(builder: Builder) -> Value:
    """The last lane that this thread's warp has."""
    threads = register("ntid.x", builder)
    for axis in "yz":
        threads = builder.mul(threads, register(f"ntid.{axis}", builder))
    first = builder.and_(_thread(builder), _I32(-WARP_SIZE))
    last = builder.sub(builder.sub(threads, first), _I32(1))
    return builder.select(builder.icmp_signed("<", last, _I32(31)), last, _I32(31))


def _members(builder: Builder) -> Value:
    """A bit for each lane that the warp has."""
    return builder.lshr(_ALL_BITS, builder.sub(_I32(31), _last_lane(builder)))


def definition(function: str, capability: tuple[int, int]) -> Definition | None:
    """What does an effect of a warp, by the name that `effect_function` gives it; None for other functions."""
    found = effect_of(function)
    make = _DEFINITIONS.get(found[0]) if found else None
    return make(capability, *found[1]) if make and found else None


def _shuffle(capability: tuple[int, int], mode: str, width: str, *rest: str) -> Definition:
    *fixed, name = rest
    dtype = BY_NAME[name]
    if fixed:
        by = _I32(int(fixed[0]))

        def build(builder: Builder, value: Value) -> Value:
            return _of_lane(builder, mode, int(width), dtype, value, by)[0]

        return Definition(dtype, (dtype,), build)

    def build_free(builder: Builder, value: Value, by: Value) -> Value:
        return _of_lane(builder, mode, int(width), dtype, value, by)[0]

    return Definition(dtype, (dtype, I32), build_free)


def _of_lane(
    builder: Builder, mode: str, width: int, dtype: DType, value: Value, by: Value
) -> tuple[Value, Value]:
    """The value of another lane, and whether there is one; else the own value. Source: PTX ISA, `shfl.sync`."""
    parts = _to_words(builder, value, dtype)
    moved = [_word_of_lane(builder, mode, width, part, by) for part in parts]
    return _from_words(builder, [word for word, _ in moved], dtype), moved[0][1]


# Source: NVVM IR specification, "Data movement".
_MODES = {"idx": 0, "up": 1, "down": 2, "xor": 3}


def _word_of_lane(builder: Builder, mode: str, width: int, word: Value, by: Value) -> tuple[Value, Value]:
    result = ir.LiteralStructType([_I32, _I1])
    operands = (_members(builder), _I32(_MODES[mode]), word, by, _clamp(builder, mode, width))
    pair = call(builder, "llvm.nvvm.shfl.sync.i32", result, *operands)
    return builder.extract_value(pair, 0), builder.extract_value(pair, 1)


def _clamp(builder: Builder, mode: str, width: int) -> Value:
    """The last operand: the bits of a lane that its part of the warp fixes, and the last lane of the part."""
    fixed = (WARP_SIZE - width) << 8
    if mode == "up":
        return _I32(fixed)
    last = _last_lane(builder)
    if width < WARP_SIZE:
        start = builder.and_(lane_id(builder), _I32(-width))
        rest = builder.sub(last, start)
        last = builder.select(builder.icmp_signed("<", rest, _I32(width - 1)), rest, _I32(width - 1))
    return builder.or_(last, _I32(fixed))


def _to_words(builder: Builder, value: Value, dtype: DType) -> list[Value]:
    """A value as one or two integers of 32 bits."""
    if dtype.is_float:
        value = builder.bitcast(value, ir.IntType(dtype.bits))
    if dtype.bits < 32 or dtype.kind == "bool":
        return [builder.zext(value, _I32)]
    if dtype.bits == 32:
        return [value]
    return [builder.trunc(value, _I32), builder.trunc(builder.lshr(value, value.type(32)), _I32)]


def _from_words(builder: Builder, words: list[Value], dtype: DType) -> Value:
    bits = words[0]
    if dtype.kind == "bool":
        return builder.trunc(bits, _I1)
    if dtype.bits < 32:
        return builder.trunc(bits, llvm_type(dtype))
    if dtype.bits == 64:
        wide = ir.IntType(64)
        low, high = (builder.zext(word, wide) for word in words)
        bits = builder.or_(low, builder.shl(high, wide(32)))
    return builder.bitcast(bits, llvm_type(dtype)) if dtype.is_float else bits


def _vote(capability: tuple[int, int], which: str, _dtype: str) -> Definition:
    def build(builder: Builder, value: Value) -> Value:
        return call(builder, f"llvm.nvvm.vote.{which}.sync", _I1, _members(builder), value)

    return Definition(BOOL, (BOOL,), build)


def _ballot(capability: tuple[int, int], _dtype: str) -> Definition:
    def build(builder: Builder, value: Value) -> Value:
        return call(builder, "llvm.nvvm.vote.ballot.sync", _I32, _members(builder), value)

    return Definition(U32, (BOOL,), build)


def _barrier(capability: tuple[int, int]) -> Definition:
    def build(builder: Builder) -> Value:
        return call(builder, "llvm.nvvm.bar.warp.sync", ir.VoidType(), _members(builder))

    return Definition(None, (), build)


def _reduce(capability: tuple[int, int], which: str, width: str, name: str) -> Definition:
    dtype = BY_NAME[name]
    has_instruction = (
        dtype.is_integer and dtype.bits == 32 and int(width) == WARP_SIZE and capability >= (8, 0)
    )
    build = partial(_redux, which, dtype) if has_instruction else partial(_tree, which, int(width), dtype)
    return Definition(dtype, (dtype,), build)


def _redux(which: str, dtype: DType, builder: Builder, value: Value) -> Value:
    """One instruction, for which NVVM has no intrinsic. Source: PTX ISA, `redux.sync`, since sm_80."""
    kind = f"{'add' if which == 'sum' else which}.{'s' if dtype.is_signed else 'u'}32"
    assembly = ir.InlineAsm(
        ir.FunctionType(_I32, [_I32, _I32]), f"redux.sync.{kind} $0, $1, $2;", "=r,r,r", side_effect=True
    )
    return builder.call(assembly, [value, _members(builder)], attrs=("convergent",))


def _tree(which: str, width: int, dtype: DType, builder: Builder, value: Value) -> Value:
    """Halves meet, then quarters; where lanes are missing only the first lane of a part has all of it."""
    distance = width // 2
    while distance:
        other, is_there = _of_lane(builder, "xor", width, dtype, value, _I32(distance))
        together = _combine(builder, which, dtype, value, other)
        # The own value a second time changes a sum, and neither a maximum nor a minimum.
        value = builder.select(is_there, together, value) if which == "sum" else together
        distance //= 2
    return _from_first(builder, width, dtype, value)


def _from_first(builder: Builder, width: int, dtype: DType, value: Value) -> Value:
    """Everybody's value from the first lane of the part, in a warp that lacks lanes."""
    before = builder.block
    is_short = builder.icmp_signed("!=", _last_lane(builder), _I32(31))
    with builder.if_then(is_short):
        shared, _ = _of_lane(builder, "idx", width, dtype, value, _I32(0))
        inside = builder.block
    result = builder.phi(value.type)
    result.add_incoming(value, before)
    result.add_incoming(shared, inside)
    return result


def _combine(builder: Builder, which: str, dtype: DType, a: Value, b: Value) -> Value:
    if which == "sum":
        return builder.fadd(a, b) if dtype.is_float else builder.add(a, b)
    if dtype.is_float:
        return call(builder, f"llvm.{which}num.f{dtype.bits}", a.type, a, b)
    order = ">" if which == "max" else "<"
    compare = builder.icmp_signed if dtype.is_signed else builder.icmp_unsigned
    return builder.select(compare(order, a, b), a, b)


def _scan(capability: tuple[int, int], which: str, width: str, name: str) -> Definition:
    dtype = BY_NAME[name]
    return Definition(dtype, (dtype,), partial(_scan_of, which, int(width), dtype))


def _scan_of(which: str, width: int, dtype: DType, builder: Builder, value: Value) -> Value:
    distance = 1
    while distance < width:
        lower, is_there = _of_lane(builder, "up", width, dtype, value, _I32(distance))
        value = builder.select(is_there, _combine(builder, "sum", dtype, value, lower), value)
        distance *= 2
    if which == "inclusive":
        return value
    before, is_there = _of_lane(builder, "up", width, dtype, value, _I32(1))
    return builder.select(is_there, before, value.type(0))


_DEFINITIONS: Mapping[str, Callable[..., Definition]] = {
    "shuffle": _shuffle,
    "vote": _vote,
    "ballot": _ballot,
    "warp_barrier": _barrier,
    "warp_reduce": _reduce,
    "warp_scan": _scan,
}
