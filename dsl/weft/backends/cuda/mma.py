"""Matrix products of a warp. Source: PTX ISA, "mma.sync" (m16n8k16) and "ldmatrix"; compute capability 8.0."""

from collections.abc import Iterator, Sequence
from functools import partial

from llvmlite import ir

from weft.backends.cuda.memory import ADDRESS_SPACES, carry, lay, place
from weft.backends.llvm.definitions import Builder, Definition, Value, llvm_type
from weft.model.dtypes import BF16, F16, F32, I64, DType

_I16, _I32, _I64 = ir.IntType(16), ir.IntType(32), ir.IntType(64)
_FLOAT = ir.FloatType()
# PTX's word for a matrix whose columns lie where the instruction expects rows.
_TRANSPOSED = {"rows": "", "columns": ".trans"}


def definitions(index: DType) -> Iterator[tuple[str, Definition]]:
    """index: the dtype of offsets."""
    for dtype in (F16, BF16):
        for order, word in _TRANSPOSED.items():
            load = Definition((F32,) * 8, (I64, index), partial(_load, dtype, word))
            yield f"weft_load_matrix_{order}_shared_{dtype.name}", load
        product = Definition((F32,) * 4, (F32,) * 16, partial(_mma, dtype))
        yield f"weft_mma_{dtype.name}_f32", product


def _load(dtype: DType, word: str, builder: Builder, base: Value, offset: Value) -> list[Value]:
    address = builder.ptrtoint(place(dtype, ADDRESS_SPACES["shared"], builder, base, offset), _I64)
    text = f"ldmatrix.sync.aligned.m8n8.x4{word}.shared.b16 {{$0, $1, $2, $3}}, [$4];"
    kind = ir.FunctionType(ir.LiteralStructType([_I32] * 4), [_I32])
    assembly = ir.InlineAsm(kind, text, "=r,=r,=r,=r,r,~{memory}", side_effect=True)
    loaded = builder.call(assembly, [builder.trunc(address, _I32)])
    words = [builder.extract_value(loaded, at) for at in range(4)]
    return [part for word in words for part in _unpacked(dtype, builder, word)]


def _mma(dtype: DType, builder: Builder, *values: Value) -> list[Value]:
    a, b, c = values[:8], values[8:12], values[12:]
    factors = [*_packed(dtype, builder, a), *_packed(dtype, builder, b)]
    text = (
        f"mma.sync.aligned.m16n8k16.row.col.f32.{dtype.name}.{dtype.name}.f32 "
        "{$0, $1, $2, $3}, {$4, $5, $6, $7}, {$8, $9}, {$10, $11, $12, $13};"
    )
    kind = ir.FunctionType(ir.LiteralStructType([_FLOAT] * 4), [_I32] * 6 + [_FLOAT] * 4)
    assembly = ir.InlineAsm(kind, text, "=f,=f,=f,=f,r,r,r,r,r,r,f,f,f,f", side_effect=False)
    made = builder.call(assembly, [*factors, *c])
    return [builder.extract_value(made, at) for at in range(4)]


def _unpacked(dtype: DType, builder: Builder, word: Value) -> list[Value]:
    halves = [builder.trunc(word, _I16), builder.trunc(builder.lshr(word, _I32(16)), _I16)]
    return [carry(dtype, builder, builder.bitcast(half, llvm_type(dtype))) for half in halves]


def _packed(dtype: DType, builder: Builder, values: Sequence[Value]) -> list[Value]:
    """Two to a word, the first in the lower half."""
    halves = [builder.zext(builder.bitcast(lay(dtype, builder, one), _I16), _I32) for one in values]
    pairs = zip(halves[::2], halves[1::2], strict=True)
    return [builder.or_(low, builder.shl(high, _I32(16))) for low, high in pairs]
