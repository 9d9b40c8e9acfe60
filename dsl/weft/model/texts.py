"""Texts with numbers in them: what `print` and `assert` say on every back end.

A text's format is one of C's `printf`, with three conversions more. `%.7r` writes a float as Python's `print` writes one, with
the fewest digits that tell it from the other floats of its dtype, which is the one of at most 7 digits. `%.3R` writes it as
Python's `{x:.3}` does, and `%T` a truth value.
"""

import re
import struct
from collections.abc import Sequence

# Of the format that a Python programmer writes, what both Python and C have.
_SPEC = re.compile(
    r"(?P<align>[<>]?)(?P<sign>[+ ]?)(?P<alternate>#?)(?P<zero>0?)(?P<width>\d{0,3})(?P<precision>(?:\.\d{1,2})?)"
    r"(?P<kind>[deEfFgGoxX]?)"
)
CONVERSION = re.compile(
    r"%(?P<flags>[-+ #0]*)(?P<width>\d*)(?P<precision>(?:\.\d+)?)(?P<kind>ll[duxXo]|[eEfFgGrRT])|%%"
)
_WHOLE, _REAL = frozenset("doxX"), frozenset("eEfFgGrR")
# As many digits as each dtype has, so that 0.1 is written as 0.1.
_DIGITS = {"bf16": 3, "f16": 4, "f32": 7, "f64": 15}
_DTYPES = {digits: name for name, digits in _DIGITS.items()}
_MOST_DIGITS = 17


def conversion(spec: str, dtype_name: str, *, is_float: bool, is_signed: bool) -> str | None:
    """The part of a format that writes a number of a dtype: `%lld`, `%.7r`. None where `spec` is none for it."""
    found = _SPEC.fullmatch(spec)
    if found is None:
        return None
    kind = found["kind"]
    flags = ("-" if found["align"] == "<" else "") + found["sign"] + found["alternate"] + found["zero"]
    if not is_float and kind not in _REAL:
        if found["precision"]:
            return None
        if dtype_name == "bool" and not spec:
            return "%T"
        letter = "u" if kind in ("", "d") and not is_signed else kind or "d"
        return f"%{flags}{found['width']}ll{letter}"
    if kind in _WHOLE:
        return None
    if not kind and not found["precision"]:
        return f"%{flags}{found['width']}.{_DIGITS.get(dtype_name, 7)}r"
    return f"%{flags}{found['width']}{found['precision']}{kind or 'R'}"


def is_real(part: str) -> bool:
    """Whether a conversion writes a float."""
    return part[-1] in _REAL


def plain(text: str) -> str:
    """A text as part of a format."""
    return text.replace("%", "%%")


def written(text: str, slots: Sequence[int]) -> str:
    """The text of a format. slots: its numbers as 64 bits each, floats as those of a double."""
    remaining = iter(slots)

    def write(found: re.Match[str]) -> str:
        if found["kind"] is None:
            return "%"
        return _written(found, next(remaining) & (2**64 - 1))

    return CONVERSION.sub(write, text)


def _written(found: re.Match[str], bits: int) -> str:
    kind = found["kind"].removeprefix("ll")
    part = f"%{found['flags']}{found['width']}{found['precision']}"
    if kind == "T":
        return str(bool(bits))
    if not is_real(kind):
        number = bits - 2**64 if kind == "d" and bits >> 63 else bits
        return f"{part}{'d' if kind == 'u' else kind}" % number
    (value,) = struct.unpack("<d", bits.to_bytes(8, "little"))
    if kind not in "rR":
        return f"{part}{kind}" % value
    spec = found["flags"].replace("-", "<") + found["width"]
    if kind == "R":
        return format(value, spec + found["precision"])
    return format(shortest(value, _DTYPES[int(found["precision"][1:])]), spec)


def shortest(value: float, dtype_name: str) -> float:
    """The double whose digits are the fewest that tell `value` from the other floats of its dtype."""
    for digits in range(1, _MOST_DIGITS):
        found = float(f"{value:.{digits}g}")
        if _rounded(found, dtype_name) == value:
            return found
    return value


def _rounded(value: float, dtype_name: str) -> float:
    """The float of a dtype that is nearest to a value; infinite beyond the largest."""
    if dtype_name == "f64":
        return value
    try:
        if dtype_name == "f16":
            return struct.unpack("<e", struct.pack("<e", value))[0]
        (bits,) = struct.unpack("<I", struct.pack("<f", value))
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    if dtype_name == "bf16":
        bits = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16 << 16 & 0xFFFFFFFF
    return struct.unpack("<f", struct.pack("<I", bits))[0]
