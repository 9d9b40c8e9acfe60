"""Atomics. Blocks run in several threads of the processor, the threads of one block in one: so an element of shared
memory is read and written as it is, and one of global memory as a step that no other thread comes between."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from llvmlite import ir as llvm

from weft.backends.cpu import arithmetic
from weft.backends.cpu.memory import pointer
from weft.backends.llvm.definitions import Definition
from weft.backends.lowering import carried
from weft.backends.names import RESERVED_PREFIX
from weft.model.atomics import ATOMICS
from weft.model.dtypes import I64, DType

# From the builder and the element (as in memory) to the new element.
Change = Callable[[Any, Any], Any]

_INSTRUCTIONS = {
    "atomic_add": "add",
    "atomic_min": "min",
    "atomic_max": "max",
    "atomic_and": "and",
    "atomic_or": "or",
    "atomic_xor": "xor",
    "atomic_exchange": "xchg",
}


def function(name: str) -> Definition | None:
    """The function of generated code called `name`, from a base, an offset and values to the element before."""
    found = _effects().get(name)
    return None if found is None else _definition(*found)


@cache
def _effects() -> dict[str, tuple[str, str, DType]]:
    """The effect, the space and the dtype of each function."""
    return {
        f"{RESERVED_PREFIX}{effect}_{space}_{dtype.name}": (effect, space, dtype)
        for effect, dtypes in ATOMICS.items()
        for dtype in dtypes
        for space in ("global", "shared", "cluster")
    }


def _definition(effect: str, space: str, dtype: DType) -> Definition:
    held = carried(dtype, 64)
    values = (held,) * (2 if effect == "atomic_compare_exchange" else 1)

    def build(builder: Any, base: Any, offset: Any, *values: Any) -> Any:
        return _build(effect, space, dtype, builder, pointer(builder, base, offset, dtype), list(values))

    return Definition(held, (I64, I64, *values), build)


def _build(effect: str, space: str, dtype: DType, builder: Any, place: Any, values: list[Any]) -> Any:
    """The element before. values: as they are carried."""
    stored = [arithmetic.to_memory(builder, value, dtype) for value in values]
    atomic = space == "global"
    if effect == "atomic_compare_exchange":
        before = _compare_exchange(builder, place, stored, dtype, atomic=atomic)
    elif atomic and dtype.is_integer:
        before = builder.atomic_rmw(_instruction(effect, dtype), place, stored[0], "monotonic")
    elif atomic and effect == "atomic_exchange":
        before = _float_exchange(builder, place, stored[0])
    else:
        change = partial(_changed, effect, dtype, values[0])
        before = _by_comparing(builder, place, change) if atomic else _alone(builder, place, change)
    return arithmetic.from_memory(builder, before, dtype)


def _instruction(effect: str, dtype: DType) -> str:
    name = _INSTRUCTIONS[effect]
    return f"u{name}" if name in ("min", "max") and not dtype.is_signed else name


def _changed(effect: str, dtype: DType, value: Any, builder: Any, stored: Any) -> Any:
    """The element that an effect makes of the one that is there."""
    element = arithmetic.from_memory(builder, stored, dtype)
    match effect:
        case "atomic_add":
            result = (builder.fadd if dtype.is_float else builder.add)(element, value)
        case "atomic_exchange":
            result = value
        case "atomic_min" | "atomic_max":
            extreme = arithmetic.build_operation(effect.removeprefix("atomic_"), dtype)
            assert extreme is not None
            result = extreme(builder, element, value)
        case _:
            result = getattr(builder, {"and": "and_", "or": "or_"}.get(_INSTRUCTIONS[effect], "xor"))(
                element, value
            )
    return arithmetic.to_memory(builder, result, dtype)


def _alone(builder: Any, pointer: Any, change: Change) -> Any:
    before = builder.load(pointer)
    builder.store(change(builder, before), pointer)
    return before


def _by_comparing(builder: Any, pointer: Any, change: Change) -> Any:
    """Change what was read, and write that if what was read is still there."""
    first = builder.load(pointer)
    bits = _integer(first.type)
    target = builder.bitcast(pointer, bits.as_pointer())
    start = builder.block
    loop, end = builder.append_basic_block("again"), builder.append_basic_block("changed")
    builder.branch(loop)
    builder.position_at_end(loop)
    read = builder.phi(first.type)
    read.add_incoming(first, start)
    wanted = builder.bitcast(change(builder, read), bits)
    swapped = builder.cmpxchg(target, builder.bitcast(read, bits), wanted, "monotonic", "monotonic")
    read.add_incoming(builder.bitcast(builder.extract_value(swapped, 0), first.type), builder.block)
    builder.cbranch(builder.extract_value(swapped, 1), end, loop)
    builder.position_at_end(end)
    return read


def _float_exchange(builder: Any, pointer: Any, value: Any) -> Any:
    bits = _integer(value.type)
    target = builder.bitcast(pointer, bits.as_pointer())
    before = builder.atomic_rmw("xchg", target, builder.bitcast(value, bits), "monotonic")
    return builder.bitcast(before, value.type)


def _compare_exchange(builder: Any, pointer: Any, values: list[Any], dtype: DType, *, atomic: bool) -> Any:
    kind = arithmetic.memory_type(dtype)
    bits = _integer(kind)
    target = builder.bitcast(pointer, bits.as_pointer())
    expected, desired = (builder.bitcast(value, bits) for value in values)
    if atomic:
        swapped = builder.cmpxchg(target, expected, desired, "monotonic", "monotonic")
        return builder.bitcast(builder.extract_value(swapped, 0), kind)
    before = builder.load(target)
    is_same = builder.icmp_unsigned("==", before, expected)
    builder.store(builder.select(is_same, desired, before), target)
    return builder.bitcast(before, kind)


def _integer(kind: Any) -> Any:
    widths = {arithmetic.F32: 32, arithmetic.F64: 64, arithmetic.HALF: 16}
    return kind if isinstance(kind, llvm.IntType) else llvm.IntType(widths[kind])
