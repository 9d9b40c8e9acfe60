"""Matrix products of a warp, and of four warps.

Source: PTX ISA, "mma.sync" (m16n8k16) and "ldmatrix", compute capability 8.0; "wgmma.mma_async" and "Matrix Descriptor
Format", compute capability 9.0, target sm_90a.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from llvmlite import ir

from weft.backends.cuda.memory import ADDRESS_SPACES, carry, lay, place
from weft.backends.expressions import effect_of
from weft.backends.llvm.definitions import Builder, Definition, Value, llvm_type
from weft.model.dtypes import BF16, BY_NAME, F16, F32, I64, DType
from weft.records import record

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
    yield "weft_fence_async", Definition(None, (), _fence)


def warpgroup_definition(function: str, index: DType) -> Definition | None:
    """A warpgroup's product, by the name that `effect_function` gives it; None for other functions. index: as above."""
    found = effect_of(function)
    if found is None or found[0] != "warpgroup_mma":
        return None
    dtype, columns, depth, left_bits, side, right_bits, apart, *_ = found[1]
    left = _Tiles(int(left_bits), is_turned=False, apart=0)
    right = _Tiles(int(right_bits), is_turned=side == "n", apart=int(apart))
    build = partial(_warpgroup_mma, BY_NAME[dtype], (int(columns), int(depth)), (left, right))
    count = int(columns) // 2
    return Definition((F32,) * count, (I64, index) * 2 + (F32,) * count, build)


@record
class _Tiles:
    """How a factor lies in shared memory: in rows of 8 << bits elements of 2 bytes, each as long as its swizzle's period.

    is_turned: whether a row has neighbours along M or N, not along K. apart: then, elements from such a tile to the next.
    """

    bits: int
    is_turned: bool
    apart: int

    @property
    def descriptor(self) -> int:
        """All of it but the address."""
        eight_rows_bytes = 8 * (16 << self.bits)
        leading = self.apart * 2 >> 4 if self.apart else 1
        mode = 4 - self.bits
        return _signed(leading << 16 | eight_rows_bytes >> 4 << 32 | mode << 62)

    @property
    def step(self) -> int:
        """From one 16 of K to the next, in units of 16 bytes."""
        return 16 << self.bits if self.is_turned else 2


def _signed(number: int) -> int:
    """The i64 of these 64 bits."""
    return number - (1 << 64) if number >> 63 else number


def _warpgroup_mma(
    dtype: DType,
    sizes: tuple[int, int],
    tiles: tuple[_Tiles, _Tiles],
    builder: Builder,
    left: Value,
    left_offset: Value,
    right: Value,
    right_offset: Value,
    *totals: Value,
) -> list[Value]:
    """All steps along K in one piece of assembly, so that nothing touches the sums while they are computed."""
    columns, depth = sizes
    starts = [
        _descriptor(dtype, *of, builder)
        for of in zip(tiles, (left, right), (left_offset, right_offset), strict=True)
    ]
    count, steps = len(totals), depth // 16
    factors = [
        builder.add(start, _I64(tile.step * step))
        for step in range(steps)
        for start, tile in zip(starts, tiles, strict=True)
    ]
    sums = ", ".join(f"${at}" for at in range(count))
    shape = f"m64n{columns}k16.f32.{dtype.name}.{dtype.name}"
    turned = int(tiles[1].is_turned)
    products = "".join(
        f"wgmma.mma_async.sync.aligned.{shape} {{{sums}}}, ${count + 2 * step}, ${count + 2 * step + 1}, p, 1, 1, 0, {turned};\n"
        for step in range(steps)
    )
    text = (
        "{\n.reg .pred p;\nsetp.eq.u32 p, 0, 0;\nwgmma.fence.sync.aligned;\n"
        f"{products}wgmma.commit_group.sync.aligned;\nwgmma.wait_group.sync.aligned 0;\n}}"
    )
    kind = ir.FunctionType(ir.LiteralStructType([_FLOAT] * count), [_I64] * len(factors) + [_FLOAT] * count)
    constraints = ["=f"] * count + ["l"] * len(factors) + [str(at) for at in range(count)] + ["~{memory}"]
    assembly = ir.InlineAsm(kind, text, ",".join(constraints), side_effect=True)
    made = builder.call(assembly, [*factors, *totals])
    return [builder.extract_value(made, at) for at in range(count)]


def _descriptor(dtype: DType, tiles: _Tiles, base: Value, offset: Value, builder: Builder) -> Value:
    address = builder.ptrtoint(place(dtype, ADDRESS_SPACES["shared"], builder, base, offset), _I64)
    # An address in shared memory has 18 bits, of which the descriptor leaves out the lowest 4.
    part = builder.lshr(builder.and_(address, _I64(0x3FFFF)), _I64(4))
    return builder.or_(part, _I64(tiles.descriptor))


def _fence(builder: Builder) -> None:
    kind = ir.FunctionType(ir.VoidType(), [])
    builder.call(ir.InlineAsm(kind, "fence.proxy.async.shared::cta;", "~{memory}", side_effect=True), [])


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
