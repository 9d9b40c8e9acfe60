"""Matrix products of a warp: the fragments of all lanes are gathered, multiplied, and given back.

How elements are spread over the lanes is told in PTX ISA, "Matrix Fragments for mma.m16n8k16".
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir as llvm

from weft.backends.expressions import effect_of
from weft.backends.llvm.definitions import Definition
from weft.backends.llvm.loops import for_range
from weft.model.dtypes import I64

_I64, _FLOAT = llvm.IntType(64), llvm.FloatType()
_ROWS, _COLUMNS, _DEPTH = 16, 8, 16
# Addresses of lane 0's elements: of the left factor, the right one, what is added, the result; then the lanes.
_ADDRESSES = 8 + 4 + 4 + 4
_NAME = "weft_mma_16x8x16"


def function(name: str) -> Definition | None:
    """What does a warp's matrix product, by the name that `effect_function` gives it; None for other functions."""
    found = effect_of(name)
    if not found or found[0] != "mma":
        return None
    return Definition(None, (I64,) * (_ADDRESSES + 1), _call)


def _call(builder: Any, *operands: Any) -> None:
    """A call of one function: a kernel has many products, and each is thousands of operations."""
    known = builder.module.globals.get(_NAME)
    builder.call(known or _product(builder.module), operands[:-1])


def _product(module: Any) -> Any:
    kind = llvm.FunctionType(llvm.VoidType(), [_I64] * _ADDRESSES)
    made: Any = llvm.Function(module, kind, _NAME)
    made.linkage = "internal"
    made.attributes.add("noinline")
    builder = llvm.IRBuilder(made.append_basic_block("entry"))
    parts = [_array(builder, made.args[first:last]) for first, last in ((0, 8), (8, 12), (12, 16), (16, 20))]
    left, right, added, result = parts
    total = builder.alloca(_FLOAT)
    with (
        for_range(builder, _ROWS, _I64) as row,
        for_range(builder, _COLUMNS, _I64) as column,
    ):
        which = _sum(builder, (_part(builder, row), 2), (builder.and_(column, _I64(1)), 1))
        lane = _sum(builder, (builder.and_(row, _I64(7)), 4), (builder.lshr(column, _I64(1)), 1))
        builder.store(builder.load(_element(builder, added, which, lane)), total)
        with for_range(builder, _DEPTH, _I64) as step:
            factors = _factors(builder, left, right, (row, column, step))
            builder.store(builder.fadd(builder.load(total), builder.fmul(*factors)), total)
        builder.store(builder.load(total), _element(builder, result, which, lane))
    builder.ret_void()
    return made


def _factors(builder: Any, left: Any, right: Any, at: tuple[Any, Any, Any]) -> tuple[Any, Any]:
    """Elements (row, step) of the left factor and (step, column) of the right one."""
    row, column, step = at
    half, odd = _part(builder, step), builder.and_(step, _I64(1))
    pair = builder.lshr(builder.and_(step, _I64(7)), _I64(1))
    a_which = _sum(builder, (half, 4), (_part(builder, row), 2), (odd, 1))
    a_lane = _sum(builder, (builder.and_(row, _I64(7)), 4), (pair, 1))
    b_which, b_lane = _sum(builder, (half, 2), (odd, 1)), _sum(builder, (column, 4), (pair, 1))
    a, b = _element(builder, left, a_which, a_lane), _element(builder, right, b_which, b_lane)
    return builder.load(a), builder.load(b)


def _part(builder: Any, index: Any) -> Any:
    """Which half of 16 an index is in."""
    return builder.lshr(index, _I64(3))


def _sum(builder: Any, *terms: tuple[Any, int]) -> Any:
    total: Any = _I64(0)
    for value, factor in terms:
        total = builder.add(total, builder.mul(value, _I64(factor)))
    return total


def _array(builder: Any, addresses: Sequence[Any]) -> Any:
    memory = builder.alloca(llvm.ArrayType(_I64, len(addresses)))
    for at, address in enumerate(addresses):
        builder.store(address, builder.gep(memory, [_I64(0), _I64(at)]))
    return memory


def _element(builder: Any, addresses: Any, which: Any, lane: Any) -> Any:
    """Where one lane's value of one of the elements is."""
    address = builder.load(builder.gep(addresses, [_I64(0), which]))
    return builder.gep(builder.inttoptr(address, _FLOAT.as_pointer()), [lane])
