"""What can be typed here: the members of the value before the dot, or the names in scope."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from weft.model.describe import describe
from weft.model.facts import Symbol, SymbolKind
from weft.model.members import Member
from weft.model.model import Model

from weft_lsp.ide.hover import markdown
from weft_lsp.ide.quiet import is_quiet
from weft_lsp.ide.relevance import is_unknown

# After these words a name is being made up, or belongs to an import.
_NO_NAMES = re.compile(r"(?:\b(?:def|class|as|for|import|global|nonlocal)[ \t]+|^[ \t]*from[ \t]+[\w.]*)\w*$")
_IMPORT_FROM = re.compile(r"^[ \t]*from[ \t]+(?P<module>[A-Za-z_][\w.]*)[ \t]+import\b(?P<names>[^\r\n#]*)$")


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
    if match := _IMPORT_FROM.search(line):
        return _of_module(model, offset - len(line) + match.end("module"))
    if model.kernel_at(offset) is None or _is_after_dot(line) or _NO_NAMES.search(line):
        return None
    return _completions(model.names_at(offset))


def documentation(completion: Completion) -> str:
    """The Markdown of one completion."""
    symbol = completion.symbol
    return markdown(_headline(completion), symbol) if symbol and (symbol.doc or symbol.signature) else ""


def _headline(completion: Completion) -> str:
    return completion.detail or completion.name


def _of_module(model: Model, offset: int) -> tuple[Completion, ...] | None:
    module = model.fact_at(offset)
    return _completions(model.members(module.value)) if module else None


def _completions(members: Iterable[Member]) -> tuple[Completion, ...]:
    return tuple(_completion(member) for member in members if not member.symbol.name.startswith("_"))


def _completion(member: Member) -> Completion:
    known = member.value is not None and not is_unknown(member.value)
    detail = describe(member.value) if member.value is not None and known else ""
    return Completion(member.symbol.name, member.symbol.kind, detail, member.symbol)


def _line_before(text: str, offset: int) -> str:
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return text[start:offset]


def _is_after_dot(line: str) -> bool:
    return re.search(r"\.[ \t]*\w*$", line) is not None
