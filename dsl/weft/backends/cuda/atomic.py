"""Atomics: LLVM's instruction for integers, NVVM's intrinsics for sums of floats, PTX where NVVM has neither."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from llvmlite import ir

from weft.backends.cuda import half
from weft.backends.cuda.memory import ADDRESS_SPACES, place_in
from weft.backends.llvm.definitions import Builder, Definition, Value, call, llvm_type
from weft.backends.lowering import carried, is_half
from weft.backends.names import RESERVED_PREFIX
from weft.model.atomics import ATOMICS
from weft.model.dtypes import BF16, F16, I64, DType
from weft.model.ir import Space

SPACES: tuple[Space, ...] = ("global", "shared", "cluster")

# LLVM's names; of signed integers min and max, of unsigned ones with a `u` before.
_INSTRUCTIONS = {
    "atomic_add": "add",
    "atomic_min": "min",
    "atomic_max": "max",
    "atomic_and": "and",
    "atomic_or": "or",
    "atomic_xor": "xor",
    "atomic_exchange": "xchg",
}
# The first compute capability with `atom.add` of each type. Source: PTX ISA, "atom".
_FIRST_NATIVE = {F16: (7, 0), BF16: (9, 0)}


def definitions(index: DType, capability: tuple[int, int]) -> Iterator[tuple[str, Definition]]:
    """index: the dtype of offsets."""
    for effect, dtypes in ATOMICS.items():
        for dtype in dtypes:
            held = carried(dtype, 64)
            values = (held,) * (2 if effect == "atomic_compare_exchange" else 1)
            for space in SPACES:
                build = partial(_atomic, _builder(effect, dtype, space, capability), dtype, space)
                yield (
                    f"{RESERVED_PREFIX}{effect}_{space}_{dtype.name}",
                    Definition(held, (I64, index, *values), build),
                )


def _atomic(build: Any, dtype: DType, space: Space, builder: Builder, base: Value, offset: Value, *values: Value) -> Value:  # fmt: skip
    return build(builder, place_in(space, dtype, builder, base, offset), *values)


def _builder(effect: str, dtype: DType, space: Space, capability: tuple[int, int]) -> Any:
    if effect == "atomic_compare_exchange":
        return partial(_compare_exchange, space)
    if is_half(dtype):
        add = _half_add if capability >= _FIRST_NATIVE[dtype] else _half_add_by_comparing
        return partial(add, dtype, space)
    if not dtype.is_float:
        return partial(_instruction, _instruction_name(effect, dtype))
    if effect == "atomic_add":
        return partial(_float_add, dtype, space)
    return _float_exchange if effect == "atomic_exchange" else partial(_float_extreme, effect)


def _instruction_name(effect: str, dtype: DType) -> str:
    name = _INSTRUCTIONS[effect]
    return f"u{name}" if name in ("min", "max") and not dtype.is_signed else name


def _instruction(name: str, builder: Builder, pointer: Value, value: Value) -> Value:
    return builder.atomic_rmw(name, pointer, value, "monotonic")


def _float_add(dtype: DType, space: Space, builder: Builder, pointer: Value, value: Value) -> Value:
    name = f"llvm.nvvm.atomic.load.add.{dtype.name}.p{ADDRESS_SPACES[space]}{dtype.name}"
    return call(builder, name, value.type, pointer, value)


def _float_exchange(builder: Builder, pointer: Value, value: Value) -> Value:
    bits, pointer = _as_bits(builder, pointer, value)
    return builder.bitcast(builder.atomic_rmw("xchg", pointer, bits, "monotonic"), value.type)


def _float_extreme(effect: str, builder: Builder, pointer: Value, value: Value) -> Value:
    """By integers: the bits of floats that are not negative are in the floats' order, those of negative ones in the
    opposite. So a float that is not negative is compared as a signed integer, a negative one as an unsigned one, the
    other way round. A NaN becomes the infinity that changes nothing."""
    nothing = ir.Constant(value.type, float("inf") if effect == "atomic_min" else float("-inf"))
    number = builder.select(builder.fcmp_unordered("uno", value, value), nothing, value)
    bits, pointer = _as_bits(builder, pointer, number)
    signed, unsigned = ("min", "umax") if effect == "atomic_min" else ("max", "umin")
    is_negative = builder.icmp_signed("<", bits, bits.type(0))
    with builder.if_else(is_negative) as (negative, positive):
        with negative:
            first, from_first = builder.atomic_rmw(unsigned, pointer, bits, "monotonic"), builder.block
        with positive:
            second, from_second = builder.atomic_rmw(signed, pointer, bits, "monotonic"), builder.block
    before = builder.phi(bits.type)
    before.add_incoming(first, from_first)
    before.add_incoming(second, from_second)
    return builder.bitcast(before, value.type)


def _as_bits(builder: Builder, pointer: Value, value: Value) -> tuple[Value, Value]:
    integer = ir.IntType(32 if value.type == ir.FloatType() else 64)
    kind = integer.as_pointer(pointer.type.addrspace)
    return builder.bitcast(value, integer), builder.bitcast(pointer, kind)


def _compare_exchange(
    space: Space, builder: Builder, pointer: Value, expected: Value, desired: Value
) -> Value:
    kind = expected.type
    is_float = not isinstance(kind, ir.IntType)
    bits = ir.IntType({ir.FloatType(): 32, ir.DoubleType(): 64}[kind]) if is_float else kind
    values = [builder.bitcast(value, bits) if is_float else value for value in (expected, desired)]
    before = _cas(space, builder, pointer, *values)
    return builder.bitcast(before, kind) if is_float else before


def _suffix(space: Space) -> str:
    """The space in an instruction's name; memory of other blocks has addresses of any."""
    return "" if space == "cluster" else f".{space}"


def _half_add(dtype: DType, space: Space, builder: Builder, pointer: Value, value: Value) -> Value:
    bits = _half_bits(dtype, builder, value)
    kind = "noftz.f16" if dtype == F16 else "noftz.bf16"
    address = builder.ptrtoint(pointer, ir.IntType(64))
    signature = ir.FunctionType(ir.IntType(16), [address.type, bits.type])
    text = f"atom{_suffix(space)}.add.{kind} $0, [$1], $2;"
    before = builder.call(
        ir.InlineAsm(signature, text, "=h,l,h,~{memory}", side_effect=True), [address, bits]
    )
    return _from_half_bits(dtype, builder, before)


def _half_add_by_comparing(
    dtype: DType, space: Space, builder: Builder, pointer: Value, value: Value
) -> Value:
    """Add to what was read, and write that if what was read is still there."""
    start = builder.load(pointer, align=2)
    first = builder.bitcast(start, ir.IntType(16)) if dtype == F16 else start
    before_loop = builder.block
    loop, end = builder.append_basic_block("again"), builder.append_basic_block("added")
    builder.branch(loop)
    builder.position_at_end(loop)
    read = builder.phi(ir.IntType(16))
    read.add_incoming(first, before_loop)
    added = builder.fadd(_from_half_bits(dtype, builder, read), value)
    found = _cas(space, builder, pointer, read, _half_bits(dtype, builder, _rounded(dtype, builder, added)))
    read.add_incoming(found, loop)
    builder.cbranch(builder.icmp_unsigned("==", found, read), end, loop)
    builder.position_at_end(end)
    return _from_half_bits(dtype, builder, read)


def _rounded(dtype: DType, builder: Builder, value: Value) -> Value:
    return value if dtype == F16 else half.round_bf16_by_bits(builder, value)


def _half_bits(dtype: DType, builder: Builder, value: Value) -> Value:
    if dtype == F16:
        return builder.bitcast(half.to_f16(builder, value), ir.IntType(16))
    return half.to_bf16(builder, value)


def _from_half_bits(dtype: DType, builder: Builder, bits: Value) -> Value:
    if dtype == F16:
        return half.from_f16(builder, builder.bitcast(bits, llvm_type(F16)))
    return half.from_bf16(builder, bits)


def _cas(space: Space, builder: Builder, pointer: Value, expected: Value, desired: Value) -> Value:
    """NVVM's older form of `cmpxchg` is not that of llvmlite, hence PTX."""
    address = builder.ptrtoint(pointer, ir.IntType(64))
    width = expected.type.width
    letter = {16: "h", 32: "r", 64: "l"}[width]
    signature = ir.FunctionType(expected.type, [address.type, expected.type, expected.type])
    text = f"atom{_suffix(space)}.cas.b{width} $0, [$1], $2, $3;"
    constraint = f"={letter},l,{letter},{letter},~{{memory}}"
    return builder.call(
        ir.InlineAsm(signature, text, constraint, side_effect=True), [address, expected, desired]
    )
