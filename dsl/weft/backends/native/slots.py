"""Arguments as machine code takes them: each in a slot of 8 bytes, integers and floats in its low bytes."""

from collections.abc import Sequence
from ctypes import Array, c_double, c_float, c_int64, c_uint32

from weft.backends.parameters import FlatParameter


def to_slots(
    parameters: Sequence[FlatParameter], arguments: Sequence[int | float], leading: Sequence[int] = ()
) -> "Array[c_int64]":
    """The slots of arguments, after some integers."""
    pairs = zip(parameters, arguments, strict=True)
    values = [*leading, *(to_slot(parameter.dtype.name, argument) for parameter, argument in pairs)]
    return (c_int64 * len(values))(*values)


def to_slot(dtype: str, value: float) -> int:
    match dtype:
        case "f32":
            return c_uint32.from_buffer(c_float(value)).value
        case "f64":
            return c_int64.from_buffer(c_double(value)).value
        case _:
            return int(value)
