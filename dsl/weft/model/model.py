"""The Model of a file: everything that is known of its text, asked by offset.

All offsets and spans here count characters from the start of the file; inside a block they count from the block's
start, so that a block's analysis survives edits above it.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from weft.model.block import BlockModel
from weft.model.blocks import Blocks
from weft.model.diagnostic import Diagnostic, Span
from weft.model.facts import Outline, Signature, Symbol
from weft.model.kernel import Analysis
from weft.model.library import Library
from weft.model.members import Member, members_of
from weft.model.source import Lines
from weft.model.text import ModuleText
from weft.model.trace.tracer import CallFact, Fact
from weft.model.values import (
    UNKNOWN,
    Class,
    DeviceFunction,
    Dimension,
    HostFunction,
    KernelRef,
    Value,
)
from weft.records import field, record, replace

_WORD_BEFORE = re.compile(r"[^\W\d]\w*\Z|\Z")
_LONGEST_WORD = 200


@record
class CallSite:
    """The call around a cursor. `typed`: what stands between its parenthesis and the cursor.

    arguments: the place of each, and the keyword that it is passed with.
    """

    symbol: Symbol
    signature: Signature
    span: Span
    typed: str
    arguments: tuple[tuple[Span, str | None], ...] = ()

    @property
    def active(self) -> int:
        return self.active_of(self.signature)

    def active_of(self, signature: Signature) -> int:
        """Which parameter of the signature the cursor is at; -1 if there is none for it."""
        return _active(signature, self.typed)


@record
class Model:
    """What a text says, whatever its state."""

    path: str
    text: str = field(repr=False)
    module: ModuleText = field(repr=False)
    blocks: Blocks = field(repr=False)
    library: Library = field(repr=False)

    @property
    def lines(self) -> Lines:
        return Lines.of(self.text)

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """What the front end found, in the order of the text."""
        return tuple(finding.shifted(start) for start, block in self.blocks for finding in block.findings)

    @property
    def is_about_kernels(self) -> bool:
        """Whether the file uses Weft at all."""
        return self.library.dialect.package in self.text

    def kernels(self) -> Iterator[tuple[int, Analysis]]:
        """Each kernel and device function, with the offset that its spans count from."""
        for start, block in self.blocks:
            for function in block.functions:
                yield start, function

    def kernel_at(self, offset: int) -> Analysis | None:
        """The kernel or device function whose text holds the offset, or an indented empty line below its text."""
        start, block = self._block(offset)
        place = self._end_of_code(offset) - start
        within = [function for function in block.functions if function.span.contains(place)]
        return min(within, key=lambda function: function.span.end - function.span.start, default=None)

    def block_at(self, offset: int) -> tuple[int, BlockModel]:
        """The block that an offset is in, with the offset that its spans count from."""
        return self._block(offset)

    def fact_at(self, offset: int) -> Fact | None:
        """The innermost expression or name that touches the offset."""
        start, block = self._block(offset)
        touching = [fact for fact in block.facts if fact.span.contains(offset - start)]
        best = min(touching, key=_preference(offset - start), default=None)
        return best and self._placed(best, start)

    def value_of(self, span: Span) -> Value:
        """What the expression with this span stands for."""
        start, block = self._block(span.start)
        here = span.shifted(-start)
        return next((fact.value for fact in block.facts if fact.span == here), UNKNOWN)

    def receiver_at(self, offset: int) -> Fact | None:
        """The expression before the dot that a cursor follows: of `x` in `x.`, `x.ti`."""
        dot = self._word_start(offset)
        while dot > 0 and self.text[dot - 1] in " \t":
            dot -= 1
        if dot == 0 or self.text[dot - 1] != ".":
            return None
        end = len(self.text[: dot - 1].rstrip())
        start, block = self._block(end)
        ending = [
            fact for fact in block.facts if fact.span.end == end - start and fact.span.start < fact.span.end
        ]
        best = max(
            ending, key=lambda fact: (fact.span.end - fact.span.start, fact.symbol is not None), default=None
        )
        return best and self._placed(best, start)

    def members(self, value: Value) -> tuple[Member, ...]:
        """The value's own members, with what each would be."""
        return members_of(self.library, self.module, value)

    def names_at(self, offset: int) -> tuple[Member, ...]:
        """The names that can be written at a place: locals, then the module's, then the language's built-in ones."""
        found: dict[str, Member] = {}
        for fact in self._locals(offset):
            assert fact.symbol is not None and fact.symbol.location is not None
            if not self._is_being_bound(fact.symbol.location.span, offset):
                found[fact.symbol.name] = Member(fact.symbol, fact.value)
        for member in self.names_around(offset):
            found.setdefault(member.symbol.name, member)
        for name in self.module.names():
            binding = self.module.lookup(name)
            if name not in found and binding.symbol:
                symbol = binding.symbol if binding.symbol.name == name else replace(binding.symbol, name=name)
                found[name] = Member(symbol, binding.value)
        for qualified in self.library.dialect.operations:
            owner, _, name = qualified.rpartition(".")
            if owner == "builtins" and name not in found:
                found[name] = Member(Symbol(name, "operation", qualified), None)
        return tuple(found.values())

    def names_around(self, offset: int) -> tuple[Member, ...]:
        """What the functions around a kernel declare, at a place in the kernel."""
        start, _ = self._block(offset)
        kernel = self.kernel_at(offset)
        return tuple(
            Member(self.symbol(replace(binding.symbol, name=name), start), binding.value)
            for name, binding in (kernel.around if kernel else ())
            if binding.symbol
        )

    def call_at(self, offset: int) -> CallSite | None:
        """The innermost call whose parentheses hold the offset."""
        start, block = self._block(offset)
        around = [call for call in block.calls if self._is_inside(call, offset, start)]
        call = min(around, key=lambda call: call.span.end - call.span.start, default=None)
        return call and self._site(call, start, offset)

    def call_after(self, span: Span) -> CallSite | None:
        """The call of what stands at a place, seen from its end."""
        start, block = self._block(span.start)
        opening = span.end - start + 1
        call = next((call for call in block.calls if call.span.start == opening), None)
        return call and self._site(call, start, call.span.end + start)

    def _site(self, call: CallFact, start: int, offset: int) -> CallSite | None:
        if call.symbol.signature is None:
            return None
        span = call.span.shifted(start)
        arguments = tuple(
            (place.shifted(start), word)
            for place, word in zip(call.argument_spans, call.keywords, strict=True)
        )
        symbol = self.symbol(call.symbol, start)
        return CallSite(symbol, call.symbol.signature, span, self.text[span.start : offset], arguments)

    @property
    def outline(self) -> tuple[Outline, ...]:
        """The kernels, functions, classes, dimensions and constants of the file, in order."""
        found = [entry for name in self.module.declarations if (entry := self._outlined(name))]
        return tuple(sorted(found, key=lambda entry: entry.span))

    def symbol(self, symbol: Symbol, block_start: int) -> Symbol:
        """A symbol with its place in the text as it is now."""
        location = symbol.location
        if location is None:
            return symbol
        if location.path is None:
            return replace(
                symbol, location=replace(location, path=self.path, span=location.span.shifted(block_start))
            )
        module = self.module if location.path == self.path else self.library.module(location.path)
        if module is None or not symbol.qualified_name.startswith(f"{module.name}."):
            return symbol
        current = module.symbol_of(symbol.qualified_name.removeprefix(f"{module.name}."))
        return current if current and current.qualified_name == symbol.qualified_name else symbol

    def _block(self, offset: int) -> tuple[int, BlockModel]:
        index = bisect_right(self.module.blocks, offset, key=lambda block: block[0].start) - 1
        return self.blocks[max(0, index)]

    def _placed(self, fact: Fact, start: int) -> Fact:
        symbol = self.symbol(fact.symbol, start) if fact.symbol else None
        return replace(fact, span=fact.span.shifted(start), symbol=symbol)

    def _end_of_code(self, offset: int) -> int:
        """On an empty line that is indented, the end of what stands above; elsewhere the offset itself."""
        line = self.text[self.text.rfind("\n", 0, offset) + 1 : offset]
        return len(self.text[:offset].rstrip()) if line and line.isspace() else offset

    def _word_start(self, offset: int) -> int:
        first = max(0, offset - _LONGEST_WORD)
        match = _WORD_BEFORE.search(self.text[first:offset])
        return first + match.start() if match else offset

    def _locals(self, offset: int) -> list[Fact]:
        start, block = self._block(offset)
        function = self.kernel_at(offset)
        facts = function.facts if function else block.facts
        declared = [
            self._placed(fact, start)
            for fact in facts
            if fact.symbol
            and fact.symbol.location
            and fact.symbol.location.path is None
            and fact.span.start < offset - start
        ]
        return sorted(declared, key=lambda fact: fact.span)

    def _is_being_bound(self, first: Span, offset: int) -> bool:
        """Whether the cursor is on the line that first binds a name, which does not have it yet: `total = tot`."""
        between = self.text[first.end : offset]
        return first.end <= offset and not any(mark in between for mark in "\n\r;")

    def _is_inside(self, call: CallFact, offset: int, block_start: int) -> bool:
        span = call.span.shifted(block_start)
        if span.start <= offset < span.end:
            return True
        # A call that is not closed yet goes on to the cursor.
        is_open = not _is_closed(self.text[span.start : span.end])
        return is_open and span.end <= offset and not self.text[span.end : offset].strip(" \t")

    def _outlined(self, name: str) -> Outline | None:
        declaration = self.module.declarations[name][-1]
        binding = self.module.lookup(name)
        symbol = binding.symbol
        if declaration.alias is not None or symbol is None or symbol.location is None:
            return None
        if symbol.location.path != self.path:
            symbol = replace(symbol, name=name, kind="constant")
        span = declaration.block.span(declaration.node).shifted(declaration.block_start)
        kind = symbol.kind if isinstance(binding.value, _NAMED) else "constant"
        return Outline(name, kind, span, declaration.name_span)


_NAMED = KernelRef | DeviceFunction | HostFunction | Class | Dimension


def _preference(offset: int) -> Callable[[Fact], tuple[int, int, int]]:
    def key(fact: Fact) -> tuple[int, int, int]:
        # The shortest; of two of one length the one that starts at the cursor; a name rather than an expression.
        return (
            fact.span.end - fact.span.start,
            -int(fact.span.start == offset),
            -int(fact.symbol is not None),
        )

    return key


def _is_closed(arguments: str) -> bool:
    """Whether a text that begins behind a parenthesis ends with the one that closes it."""
    brackets = [character for character in arguments if character in "([{)]}"]
    return arguments.endswith(")") and sum(1 if each in "([{" else -1 for each in brackets) < 0


def _active(signature: Signature, typed: str) -> int:
    """The parameter that the text after the parenthesis has come to."""
    depth, argument, last = 0, 0, 0
    for position, character in enumerate(typed):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == "," and depth == 0:
            argument, last = argument + 1, position + 1
    word = re.match(r"\s*(\w+)\s*=(?!=)", typed[last:])
    names = [parameter.name for parameter in signature.parameters]
    if word:
        return names.index(word.group(1)) if word.group(1) in names else -1
    takers = [index for index, parameter in enumerate(signature.parameters) if not parameter.is_keyword_only]
    if argument < len(takers):
        return takers[argument]
    return takers[-1] if takers and signature.parameters[takers[-1]].marker == "*" else -1
