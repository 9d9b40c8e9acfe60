"""What machine code takes of a GPU, as the code itself says: an ELF file with one kernel.

Source: "CUDA Binary Utilities" names the sections; the numbers of attributes are those that `cuobjdump -elf` shows.
"""

from collections.abc import Iterator, Mapping
from struct import iter_unpack, unpack_from

from weft.records import record

_SECTION_TABLE, _SECTION_COUNTS = 40, 58
_SECTION_BYTES = 64
# The kind of a section whose bytes are not in the file.
_NO_BITS = 8
_REGISTER_COUNT, _FRAME_SIZE = 0x2F, 0x11
# An attribute with a value of several bytes, whose number of bytes comes first; others have two bytes.
_SIZED = 4
# What a block's shared memory starts with where the driver keeps some for itself.
_RESERVED_BYTES = 1024


@record
class Taken:
    """registers, frame_bytes: of each thread; shared_bytes: of each block, what the code itself has."""

    entry: str
    registers: int
    frame_bytes: int
    shared_bytes: int


def taken(code: bytes) -> Taken:
    sections = dict(_sections(code))
    entry = next(name.removeprefix(".text.") for name in sections if name.startswith(".text."))
    numbers = _attributes(sections[".nv.info"])
    shared_bytes = len(sections.get(f".nv.shared.{entry}", b""))
    if any(name.startswith(".nv.shared.reserved.") for name in sections):
        shared_bytes = max(0, shared_bytes - _RESERVED_BYTES)
    return Taken(entry, numbers[_REGISTER_COUNT], numbers.get(_FRAME_SIZE, 0), shared_bytes)


def _sections(code: bytes) -> Iterator[tuple[str, bytes]]:
    """Each section's name and bytes; of memory, which the file does not hold, zeros."""
    (table,) = unpack_from("<Q", code, _SECTION_TABLE)
    _, count, names_at = unpack_from("<HHH", code, _SECTION_COUNTS)
    # name, kind, flags, address, offset, size, link, info, alignment, bytes of an entry
    headers = list(iter_unpack("<IIQQQQIIQQ", code[table : table + count * _SECTION_BYTES]))
    names = headers[names_at][4]
    for name, kind, _, _, offset, size, *_ in headers:
        start = names + name
        held = bytes(size) if kind == _NO_BITS else code[offset : offset + size]
        yield code[start : code.index(b"\0", start)].decode(), held


def _attributes(held: bytes) -> Mapping[int, int]:
    """Of `.nv.info`: numbers that attributes give a symbol, of which the one kernel has the largest."""
    found: dict[int, int] = {}
    at = 0
    while at < len(held):
        form, attribute, size = unpack_from("<BBH", held, at)
        at += 4
        if form == _SIZED:
            if size == 8:
                _, number = unpack_from("<II", held, at)
                found[attribute] = max(number, found.get(attribute, 0))
            at += size
    return found
