"""Scalar types: what a number in a kernel is made of."""

import math
import struct
from typing import Literal

from weft.records import record

Kind = Literal["float", "int", "uint", "bool", "index"]


@record(unique=True)
class DType:
    """A scalar type. `bits` is the width in memory; `index` is 32 or 64 bits wide, chosen at launch."""

    name: str
    kind: Kind
    bits: int

    @property
    def itemsize_bytes(self) -> int:
        return max(1, self.bits // 8)

    @property
    def is_float(self) -> bool:
        return self.kind == "float"

    @property
    def is_integer(self) -> bool:
        return self.kind in ("int", "uint", "index")

    @property
    def is_signed(self) -> bool:
        return self.kind in ("float", "int", "index")

    def __str__(self) -> str:
        return self.name


F16 = DType("f16", "float", 16)
BF16 = DType("bf16", "float", 16)
F32 = DType("f32", "float", 32)
F64 = DType("f64", "float", 64)
I8 = DType("i8", "int", 8)
I16 = DType("i16", "int", 16)
I32 = DType("i32", "int", 32)
I64 = DType("i64", "int", 64)
U8 = DType("u8", "uint", 8)
U16 = DType("u16", "uint", 16)
U32 = DType("u32", "uint", 32)
U64 = DType("u64", "uint", 64)
BOOL = DType("bool", "bool", 8)
INDEX = DType("index", "index", 64)

ALL = (F16, BF16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64, BOOL)
_PACKED = {F16: "e", F32: "f"}
BY_NAME = {dtype.name: dtype for dtype in ALL}


def rounded(value: float, dtype: DType) -> int | float:
    """The number that `dtype` holds of a finite one: a float rounded to nearest, everything else as it is."""
    code = _PACKED.get(dtype)
    if code is None:
        return value
    try:
        return struct.unpack(code, struct.pack(code, value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def promote(a: DType, b: DType) -> DType:
    """The type of `a + b`.

    A float absorbs any integer; of two floats the wider wins, and `f16` with `bf16` gives `f32`; `index` absorbs
    any integer; of two integers the wider wins, and of a signed and an unsigned one the signed type that holds
    both (`i64` with `u64` gives `i64`); `bool` gives way to everything.
    """
    if a == b:
        return a
    if a.kind == "bool" or b.kind == "bool":
        return b if a.kind == "bool" else a
    if a.is_float or b.is_float:
        return _promote_floats(a, b)
    if a.kind == "index" or b.kind == "index":
        return INDEX
    return _promote_integers(a, b)


def _promote_floats(a: DType, b: DType) -> DType:
    if not (a.is_float and b.is_float):
        return a if a.is_float else b
    if a.bits == b.bits:
        return F32
    return a if a.bits > b.bits else b


def _promote_integers(a: DType, b: DType) -> DType:
    if a.kind == b.kind:
        return a if a.bits > b.bits else b
    signed, unsigned = (a, b) if a.kind == "int" else (b, a)
    if signed.bits > unsigned.bits:
        return signed
    return BY_NAME[f"i{min(64, unsigned.bits * 2)}"]
