"""Machine code as one piece of bytes that is copied into memory and runs: an object file that is linked once, not at each
start. A start so needs neither LLVM nor a linker.

It runs at any address, since all that it says of its own places is relative. The addresses of C functions that it calls
lie in a table at its end, which whoever copies it fills. Source: System V ABI, AMD64 supplement, "Object Files".
"""

from collections.abc import Iterator
from struct import pack_into, unpack_from

from weft.records import record

PAGE_BYTES = 4096
_X86_64 = 62
_SHF_ALLOC, _SHF_WRITE = 2, 1
_SYMTAB, _RELA, _NOBITS = 2, 4, 8
# R_X86_64_PC32, R_X86_64_PLT32; R_X86_64_GOTPCREL, R_X86_64_GOTPCRELX, R_X86_64_REX_GOTPCRELX
_RELATIVE, _BY_TABLE = frozenset({2, 4}), frozenset({9, 41, 42})
_STUB_BYTES = 8
# For debuggers and for exceptions, which no kernel throws.
_UNUSED = ".eh_frame"


@record
class FlatCode:
    """code: to lie at the beginning of a page. exported: the functions, and where each begins. imported: whose address
    each word of the table is. table: where that begins, in bytes."""

    code: bytes
    exported: dict[str, int]
    imported: tuple[str, ...]
    table: int


def flattened(code: bytes) -> FlatCode | None:
    """The code of an object file. None where it is of another kind, or has what cannot be made relative."""
    if code[:6] != b"\x7fELF\x02\x01" or unpack_from("<H", code, 18)[0] != _X86_64:
        return None
    try:
        return _Linker(code).linked()
    except _NotFlatError:
        return None


class _NotFlatError(Exception):
    pass


@record
class _Section:
    name: str
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int


@record
class _Symbol:
    """place: None where it lies elsewhere."""

    name: str
    place: int | None
    is_global: bool
    is_undefined: bool


class _Linker:
    def __init__(self, code: bytes) -> None:
        self.code = code
        self.sections = list(_sections(code))
        self.places = dict(self._layout())
        self.symbols = list(self._symbols())
        self.imported: list[str] = []

    def _layout(self) -> Iterator[tuple[int, int]]:
        """Where each section that is needed in memory lies, by its number."""
        self.size = 0
        for number, section in enumerate(self.sections):
            if section.flags & _SHF_ALLOC and section.size and section.name != _UNUSED:
                if section.flags & _SHF_WRITE or section.kind == _NOBITS or section.alignment > PAGE_BYTES:
                    raise _NotFlatError
                self.size = -(-self.size // section.alignment) * section.alignment
                yield number, self.size
                self.size += section.size

    def _symbols(self) -> Iterator[_Symbol]:
        table = next(section for section in self.sections if section.kind == _SYMTAB)
        names = self.sections[table.link].offset
        for at in range(table.offset, table.offset + table.size, 24):
            name, info, _, section, value, _ = unpack_from("<IBBHQQ", self.code, at)
            start = self.places.get(section)
            place = None if start is None else start + value
            yield _Symbol(_text(self.code, names + name), place, info >> 4 != 0, section == 0)

    def linked(self) -> FlatCode:
        fixes = list(self._fixes())
        stubs = -(-self.size // _STUB_BYTES) * _STUB_BYTES
        table = stubs + len(self.imported) * _STUB_BYTES
        memory = bytearray(table + len(self.imported) * 8)
        for number, place in self.places.items():
            section = self.sections[number]
            memory[place : place + section.size] = self.code[section.offset : section.offset + section.size]
        for at in range(len(self.imported)):
            stub, entry = stubs + at * _STUB_BYTES, table + at * 8
            pack_into("<BBi", memory, stub, 0xFF, 0x25, entry - stub - 6)  # jmp [rip + …]
        for place, kind, target, addend in fixes:
            if isinstance(target, str):
                at = self.imported.index(target)
                target = table + at * 8 if kind in _BY_TABLE else stubs + at * _STUB_BYTES
            pack_into("<i", memory, place, target + addend - place)
        exported = {one.name: one.place for one in self.symbols if one.is_global and one.place is not None}
        return FlatCode(bytes(memory), exported, tuple(self.imported), table)

    def _fixes(self) -> Iterator[tuple[int, int, int | str, int]]:
        """What is relative to its own place: that, its kind, the place or the C function it names, what is added."""
        for section in self.sections:
            if section.kind == _RELA and section.info in self.places:
                start = self.places[section.info]
                for at in range(section.offset, section.offset + section.size, 24):
                    offset, info, addend = unpack_from("<QQq", self.code, at)
                    yield start + offset, *self._target(info & 0xFFFFFFFF, info >> 32), addend

    def _target(self, kind: int, number: int) -> tuple[int, int | str]:
        symbol = self.symbols[number]
        if symbol.place is not None and kind in _RELATIVE:
            return kind, symbol.place
        if not symbol.is_undefined or kind not in _RELATIVE | _BY_TABLE:
            raise _NotFlatError
        if symbol.name not in self.imported:
            self.imported.append(symbol.name)
        return kind, symbol.name


def _sections(code: bytes) -> Iterator[_Section]:
    (start,) = unpack_from("<Q", code, 40)
    size, count, names = unpack_from("<HHH", code, 58)
    (text,) = unpack_from("<Q", code, start + names * size + 24)
    for at in range(count):
        name, kind, flags, _, offset, length, link, info, alignment, _ = unpack_from(
            "<IIQQQQIIQQ", code, start + at * size
        )
        yield _Section(_text(code, text + name), kind, flags, offset, length, link, info, max(1, alignment))


def _text(code: bytes, start: int) -> str:
    return code[start : code.index(b"\0", start)].decode()
