"""Texts with numbers in them, as C's `printf` writes them: what `print` and `assert` say on every back end."""

import re
import struct
from collections.abc import Sequence

# Of the format that a Python programmer writes, what both Python and C have.
_SPEC = re.compile(
    r"(?P<align>[<>]?)(?P<sign>[+ ]?)(?P<alternate>#?)(?P<zero>0?)(?P<width>\d{0,3})(?P<precision>(?:\.\d{1,2})?)"
    r"(?P<kind>[deEfFgGoxX]?)"
)
_CONVERSION = re.compile(r"%(?P<flags>[-+ #0]*\d*(?:\.\d+)?)(?P<kind>ll[duxXo]|[eEfFgG])|%%")
_WHOLE, _REAL = frozenset("doxX"), frozenset("eEfFgG")
# As many digits as each dtype has, so that 0.1 is written as 0.1.
_DIGITS = {"bf16": 3, "f16": 4, "f32": 7, "f64": 15}


def conversion(spec: str, dtype_name: str, *, is_float: bool, is_signed: bool) -> str | None:
    """The part of a format that writes a number of a dtype: `%lld`, `%.7g`. None where `spec` is none for it."""
    found = _SPEC.fullmatch(spec)
    if found is None:
        return None
    kind = found["kind"]
    flags = ("-" if found["align"] == "<" else "") + found["sign"] + found["alternate"] + found["zero"]
    if not is_float and kind not in _REAL:
        if found["precision"]:
            return None
        letter = "u" if kind in ("", "d") and not is_signed else kind or "d"
        return f"%{flags}{found['width']}ll{letter}"
    if kind in _WHOLE:
        return None
    precision = found["precision"] or ("" if kind else f".{_DIGITS.get(dtype_name, 7)}")
    return f"%{flags}{found['width']}{precision}{kind or 'g'}"


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
        bits = next(remaining) & (2**64 - 1)
        kind = found["kind"].removeprefix("ll")
        if is_real(kind):
            (value,) = struct.unpack("<d", bits.to_bytes(8, "little"))
            return f"%{found['flags']}{kind}" % value
        number = bits - 2**64 if kind == "d" and bits >> 63 else bits
        return f"%{found['flags']}{'d' if kind == 'u' else kind}" % number

    return _CONVERSION.sub(write, text)
