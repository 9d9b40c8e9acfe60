"""What can be typed here: the members of the value before the dot, or the names in scope."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from weft.model.describe import describe
from weft.model.facts import Symbol, SymbolKind
from weft.model.members import Member
from weft.model.model import Model

from weft_lsp.ide.hover import call_label, markdown
from weft_lsp.ide.quiet import is_quiet
from weft_lsp.ide.relevance import is_unknown

# Where a line takes no name of the scope: after a dot; where a name is being made up; in an import.
_TAKES_NO_NAME = re.compile(
    r"\.[ \t]*\w*$ | \b(?:def|class|as|for|global|nonlocal)[ \t]+\w*$ | ^[ \t]*(?:from|import)\b", re.VERBOSE
)


@dataclass(frozen=True, slots=True)
class Completion:
    """A name to offer. detail: what it would be, where that is known."""

    name: str
    kind: SymbolKind
    detail: str = ""
    symbol: Symbol | None = field(default=None, compare=False)


def completions(model: Model, offset: int) -> tuple[Completion, ...] | None:
    """Outside of kernels only members are offered: all other names are another server's to complete."""
    if is_quiet(model.text, offset):
        return None
    receiver = model.receiver_at(offset)
    if receiver is not None:
        return _completions(model.members(receiver.value))
    line = _line_before(model.text, offset)
    if model.kernel_at(offset) is None or _TAKES_NO_NAME.search(line):
        return None
    return _completions(model.names_at(offset))


def documentation(completion: Completion) -> str:
    """The Markdown of one completion."""
    symbol = completion.symbol
    return markdown(completion.detail or completion.name, symbol) if symbol and symbol.doc else ""


def _completions(members: Iterable[Member]) -> tuple[Completion, ...]:
    return tuple(_completion(member) for member in members if not member.symbol.name.startswith("_"))


def _completion(member: Member) -> Completion:
    return Completion(member.symbol.name, member.symbol.kind, _detail(member), member.symbol)


def _detail(member: Member) -> str:
    if called := call_label(member.symbol):
        return called
    return "" if member.value is None or is_unknown(member.value) else describe(member.value)


def _line_before(text: str, offset: int) -> str:
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return text[start:offset]
