"""What can be typed here: members of the value before the dot, keyword arguments, names in scope, names to import."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from weft.model.describe import describe
from weft.model.facts import Symbol, SymbolKind
from weft.model.members import Member
from weft.model.model import CallSite, Model
from weft.model.values import KernelRef, Static
from weft.records import field, record

from weft_lsp.ide.geometry_completion import geometries
from weft_lsp.ide.hover import call_label, code, describe_property
from weft_lsp.ide.hover import documentation as symbol_documentation
from weft_lsp.ide.overload import arguments_of, fits, signatures, takes
from weft_lsp.ide.public import PublicName, public_names
from weft_lsp.ide.quiet import is_quiet
from weft_lsp.ide.relevance import is_ours_to_call, is_unknown
from weft_lsp.ide.snippets import Snippet, snippets

# Where a line takes no name of the scope: after a dot; where a name is being made up; in an import.
_TAKES_NO_NAME = re.compile(
    r"\.[ \t]*\w*$ | \b(?:def|class|as|for|global|nonlocal)[ \t]+\w*$ | ^[ \t]*(?:from|import)\b", re.VERBOSE
)
_ARGUMENT_START = re.compile(r"[(,][ \t\r\n]*\w*\Z")
_VALUE_START = re.compile(r"[(,=][ \t\r\n]*\w*\Z")
_BRACKET = re.compile(r"([^\W\d][\w.]*)\[[ \t]*\Z")
_LONGEST_LINE = 400


@record
class Completion:
    """A name to offer. detail: what it would be, where that is known. text: what is typed, if not the name.

    module: where it is imported from, if it is not in scope yet.
    """

    name: str
    kind: SymbolKind | Literal["snippet"]
    detail: str = ""
    symbol: Symbol | None = field(default=None, compare=False)
    text: str = ""
    is_snippet: bool = False
    module: str = ""
    note: str = ""


def completions(model: Model, offset: int, *, with_snippets: bool = False) -> tuple[Completion, ...] | None:
    """Outside of kernels and their calls only members are offered: all other names are another server's to complete."""
    if is_quiet(model.text, offset, model.block_at(offset)[0]):
        return None
    receiver = model.receiver_at(offset)
    if receiver is not None:
        return _completions(model.members(receiver.value))
    line = _line_before(model.text, offset)
    if bracket := _BRACKET.search(line):
        return _geometries(model, offset - len(line) + bracket.end(1), with_snippets=with_snippets)
    if _TAKES_NO_NAME.search(line):
        return None
    call = model.call_at(offset)
    keywords = _keywords(model, offset, call) if call and is_ours_to_call(model, offset, call.symbol) else []
    if model.kernel_at(offset) is None:
        offered = snippets(line, in_kernel=False) if with_snippets else ()
        return (*keywords, *map(_snippet, offered)) or None
    names = _ranked(_completions(model.names_at(offset)), model, offset, call)
    taken = {each.name for each in names}
    offered = snippets(line, in_kernel=True) if with_snippets else ()
    public = (each for each in public_names(model.library) if each.is_for_kernels)
    imports = (_import(each) for each in public if each.name not in taken)
    return (*keywords, *names, *map(_snippet, offered), *imports)


def leaves_names(model: Model, offset: int, found: tuple[Completion, ...] | None) -> bool:
    """Whether there are names here that Weft does not complete: members of other values, names outside of kernels."""
    if model.receiver_at(offset) is not None:
        return not found
    return model.kernel_at(offset) is None and not is_quiet(model.text, offset, model.block_at(offset)[0])


def documentation(completion: Completion) -> str:
    """The Markdown of one completion. A client shows it below the detail, which it does not say again."""
    if completion.is_snippet:
        return code(completion.note)
    if completion.symbol is None:
        return completion.note
    return symbol_documentation(completion.symbol, completion.detail)


def _completions(members: Iterable[Member]) -> tuple[Completion, ...]:
    return tuple(_completion(member) for member in members if not member.symbol.name.startswith("_"))


def _completion(member: Member) -> Completion:
    return Completion(member.symbol.name, member.symbol.kind, _detail(member), member.symbol)


def _detail(member: Member) -> str:
    if called := call_label(member.symbol):
        return called
    value = member.value
    if value is None or is_unknown(value):
        return member.symbol.signature.returns if member.symbol.signature else ""
    return describe_property(value) if member.symbol.kind == "property" else describe(value)


# Arguments


def _keywords(model: Model, offset: int, call: CallSite) -> list[Completion]:
    """`dtype=`: the parameters that are not given yet, where an argument starts."""
    typed = model.text[call.span.start - 1 : offset]
    if not _ARGUMENT_START.search(typed):
        return []
    given = set(re.findall(r"(\w+)[ \t]*=(?!=)", model.text[call.span.start : call.span.end]))
    takers = call.signature.parameters
    # Behind a keyword argument only keyword arguments may come, in any order.
    first = 0 if given else max(call.active, 0)
    return [
        Completion(f"{parameter.name}=", "parameter", parameter.annotation, note=_default(parameter.default))
        for index, parameter in enumerate(takers)
        if not parameter.marker and not parameter.is_positional_only and parameter.name not in given
        if parameter.is_keyword_only or index >= first
    ]


def _default(default: str | None) -> str:
    return f"`{default}` if it is not given" if default is not None else ""


def _ranked(
    found: tuple[Completion, ...], model: Model, offset: int, call: CallSite | None
) -> tuple[Completion, ...]:
    """What fits the parameter at the cursor comes first: the literals that it takes, then names."""
    annotations = _wanted(model, offset, call) if call else ()
    values = {member.symbol.name: member.value for member in model.names_at(offset)} if annotations else {}

    def rank(completion: Completion) -> int:
        value = values.get(completion.name)
        if value is None or is_unknown(value) or not any(fits(value, each) for each in annotations):
            return 2
        # Where a size is wanted, most are known at compile time.
        return int(not isinstance(value, Static) and any("int" in each for each in annotations))

    literals = dict.fromkeys(text for each in annotations for text in _literals(each))
    return (*(Completion(text, "constant") for text in literals), *sorted(found, key=rank))


def _wanted(model: Model, offset: int, call: CallSite) -> tuple[str, ...]:
    """What the parameter at the cursor takes, where an argument starts, by the overloads that may be meant."""
    if not _VALUE_START.search(model.text[max(call.span.start - 1, offset - _LONGEST_LINE) : offset]):
        return ()
    places = (span for span, _ in call.arguments)
    given = zip(arguments_of(model, call), places, strict=True)
    before = [argument for argument, span in given if span.end < offset]
    ways = [way for way in signatures(call.signature) if takes(way, before)]
    active = [(way, call.active_of(way)) for way in ways]
    return tuple(way.parameters[at].annotation for way, at in active if 0 <= at < len(way.parameters))


def _literals(annotation: str) -> Iterator[str]:
    """`2 | 4 | 8`, `bool`."""
    for part in annotation.split(" | "):
        if part == "bool":
            yield from ("True", "False")
        elif part.isdecimal():
            yield part


# Other offers


def _geometries(model: Model, name_end: int, *, with_snippets: bool) -> tuple[Completion, ...] | None:
    fact = model.fact_at(name_end)
    if fact is None or not isinstance(fact.value, KernelRef) or fact.span.end != name_end:
        return None
    return tuple(
        Completion(
            each.label, "constant", each.detail, text=each.text, is_snippet=with_snippets, note=each.label
        )
        for each in geometries(model, fact.value, with_snippets=with_snippets)
    )


def _snippet(snippet: Snippet) -> Completion:
    return Completion(
        snippet.name, "snippet", snippet.detail, text=snippet.text, is_snippet=True, note=snippet.preview
    )


def _import(public: PublicName) -> Completion:
    detail = f"from {public.module} import {public.name}"
    return Completion(public.name, public.symbol.kind, detail, public.symbol, module=public.module)


def _line_before(text: str, offset: int) -> str:
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return text[start:offset]
