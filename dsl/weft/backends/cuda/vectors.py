"""Wide loads and stores: several elements in one access, which LLVM writes as `ld.global.v4.f32`."""

from collections.abc import Iterator
from functools import partial

from llvmlite import ir

from weft.backends.cuda.memory import ADDRESS_SPACES, carry, lay, place
from weft.backends.llvm.definitions import Builder, Definition, Value, llvm_type
from weft.backends.lowering import is_half
from weft.model.dtypes import ALL, F32, I64, DType
from weft.model.vectors import WIDEST_BYTES

_I32 = ir.IntType(32)


def definitions(index: DType) -> Iterator[tuple[str, Definition]]:
    """index: the dtype of offsets."""
    for dtype in ALL:
        held = F32 if is_half(dtype) else dtype
        for width in (2, 4, 8, 16):
            if width * dtype.itemsize_bytes > WIDEST_BYTES:
                continue
            for space in ("global", "shared"):
                name, number = f"{width}_{space}_{dtype.name}", ADDRESS_SPACES[space]
                load, store = partial(_load, dtype, number, width), partial(_store, dtype, number)
                yield f"weft_load_vector_{name}", Definition((held,) * width, (I64, index), load)
                yield f"weft_store_vector_{name}", Definition(None, (I64, index, *(held,) * width), store)


def _load(dtype: DType, space: int, width: int, builder: Builder, base: Value, offset: Value) -> list[Value]:
    where = _vector_at(dtype, space, width, builder, base, offset)
    loaded = builder.load(where, align=width * dtype.itemsize_bytes)
    return [carry(dtype, builder, part) for part in _parts(dtype, builder, loaded, width)]


def _store(dtype: DType, space: int, builder: Builder, base: Value, offset: Value, *values: Value) -> None:
    width = len(values)
    where = _vector_at(dtype, space, width, builder, base, offset)
    joined = _joined(dtype, builder, [lay(dtype, builder, value) for value in values])
    builder.store(joined, where, align=width * dtype.itemsize_bytes)


def _vector_at(dtype: DType, space: int, width: int, builder: Builder, base: Value, offset: Value) -> Value:
    count, unit = _units(dtype, width)
    kind = ir.VectorType(unit, count) if count > 1 else unit
    return builder.bitcast(place(dtype, space, builder, base, offset), kind.as_pointer(space))


def _units(dtype: DType, width: int) -> tuple[int, Value]:
    """How many of which type an access has: words where elements are smaller, since PTX takes at most four of them.

    LLVM turns a vector of words that is only reinterpreted back into one of halves, hence `_parts` and `_joined`.
    """
    words = width * dtype.itemsize_bytes // 4
    return (words, _I32) if dtype.bits < 32 and words > 0 else (width, llvm_type(dtype))


def _parts(dtype: DType, builder: Builder, loaded: Value, width: int) -> list[Value]:
    count, unit = _units(dtype, width)
    units = [builder.extract_element(loaded, _I32(at)) for at in range(count)] if count > 1 else [loaded]
    if dtype.bits >= 32 or unit != _I32:
        return units
    per_word, narrow = 32 // dtype.bits, ir.IntType(dtype.bits)
    places = [(at // per_word, at % per_word * dtype.bits) for at in range(width)]
    bits = [builder.trunc(builder.lshr(units[word], _I32(shift)), narrow) for word, shift in places]
    return [builder.bitcast(part, llvm_type(dtype)) for part in bits]


def _joined(dtype: DType, builder: Builder, values: list[Value]) -> Value:
    count, unit = _units(dtype, len(values))
    units = _words(dtype, builder, values, count) if unit == _I32 and dtype.bits < 32 else values
    if count == 1:
        return units[0]
    vector: Value = ir.Constant(ir.VectorType(unit, count), ir.Undefined)
    for at, part in enumerate(units):
        vector = builder.insert_element(vector, part, _I32(at))
    return vector


def _words(dtype: DType, builder: Builder, values: list[Value], count: int) -> list[Value]:
    per_word, narrow = 32 // dtype.bits, ir.IntType(dtype.bits)
    words: list[Value] = []
    for first in range(0, count * per_word, per_word):
        word: Value = _I32(0)
        for lane in range(per_word):
            part = builder.zext(builder.bitcast(values[first + lane], narrow), _I32)
            word = builder.or_(word, builder.shl(part, _I32(lane * dtype.bits)))
        words.append(word)
    return words
