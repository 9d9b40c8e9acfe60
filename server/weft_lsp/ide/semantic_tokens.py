"""What each name is, for colours: kernels, dimensions, dtypes, tensors by their memory, values by their threads.

Types are the protocol's own, so that every theme colours them; what only Weft knows is a modifier.
"""

import re
from collections.abc import Iterator
from typing import Literal

from weft.model.block import BlockModel
from weft.model.diagnostic import Span
from weft.model.facts import Symbol, SymbolKind
from weft.model.kept import kept_with_its_argument
from weft.model.model import Model
from weft.model.trace.tracer import Fact
from weft.model.uniformity import Varying, is_varying
from weft.model.values import (
    ConfiguredKernel,
    DeviceFunction,
    Dimension,
    DTypeRef,
    KernelRef,
    MaybeUnbound,
    Operation,
    Scalar,
    Tensor,
    Value,
)
from weft.records import record

from weft_lsp.ide.relevance import is_of_language
from weft_lsp.ide.threads import varying_names

_LAST_NAME = re.compile(r"[^\W\d]\w*\Z")

Kind = Literal[
    "namespace", "type", "class", "typeParameter", "function", "method", "property", "parameter", "variable"
]
# In the order of the legend: the protocol counts them.
KINDS: tuple[Kind, ...] = (
    "namespace", "type", "class", "typeParameter", "function", "method", "property", "parameter", "variable",
)  # fmt: skip
MODIFIERS = (
    "declaration", "readonly", "defaultLibrary", "kernel", "device", "dimension", "dtype", "global", "shared", "local",
    "varying", "uniform",
)  # fmt: skip

_KIND_OF: dict[SymbolKind, Kind] = {
    "kernel": "function",
    "function": "function",
    "operation": "function",
    "class": "class",
    "dtype": "type",
    "dimension": "typeParameter",
    "constant": "variable",
    "parameter": "parameter",
    "variable": "variable",
    "module": "namespace",
    "method": "method",
    "property": "property",
}

_DECLARES = re.compile(r"\b(?:def|class)[ \t]+\Z")
_LONGEST_GAP = 20


@record(order=True)
class Token:
    """A name in one line. modifiers: names from MODIFIERS, in their order."""

    span: Span
    kind: Kind
    modifiers: tuple[str, ...] = ()


def semantic_tokens(model: Model, span: Span | None = None) -> tuple[Token, ...] | None:
    """The names of a file, or of a part of it, in their order. None where the file has nothing to do with Weft."""
    if not model.is_about_kernels:
        return None
    wanted = span or Span(0, len(model.text))
    return tuple(
        Token(token.span.shifted(start), token.kind, token.modifiers)
        for start, block in model.blocks
        if start <= wanted.end and wanted.start <= start + len(block.parsed.text)
        for token in _of_block(block)
        if token.span.start + start < wanted.end and wanted.start < token.span.end + start
    )


@kept_with_its_argument
def _of_block(block: BlockModel) -> tuple[Token, ...]:
    """The names of a block, with spans that count from its start."""
    found: dict[int, Token] = {}
    for function in block.functions:
        varying = varying_names(function)
        for fact in function.facts:
            _add(found, block, fact, varying)
    for fact in block.facts:
        _add(found, block, fact, None)
    return tuple(found[start] for start in sorted(found))


def _add(found: dict[int, Token], block: BlockModel, fact: Fact, varying: Varying | None) -> None:
    """Of two facts about one name the first counts: that of the kernel comes before the host's."""
    span = _name_span(block.parsed.text, fact)
    if fact.symbol is not None and span is not None and span.start not in found:
        modifiers = {*_modifiers(fact, fact.symbol), *_of_value(fact.value, varying)}
        if _DECLARES.search(block.parsed.text, max(0, span.start - _LONGEST_GAP), span.start):
            modifiers.add("declaration")
        ordered = tuple(word for word in MODIFIERS if word in modifiers)
        found[span.start] = Token(span, _kind(fact, fact.symbol), ordered)


def _name_span(text: str, fact: Fact) -> Span | None:
    """The last name of the fact: `x` of `weft.thread_idx.x`; None for what is more than names."""
    match = _LAST_NAME.search(text, fact.span.start, fact.span.end)
    return Span(*match.span()) if match else None


def _kind(fact: Fact, symbol: Symbol) -> Kind:
    match fact.value:
        case KernelRef() | ConfiguredKernel() | DeviceFunction() | Operation():
            return "function"
        case DTypeRef():
            return "type"
        case Dimension():
            return "typeParameter"
        case _:
            return _KIND_OF[symbol.kind]


def _modifiers(fact: Fact, symbol: Symbol) -> Iterator[str]:
    location = symbol.location
    if location is not None and location.path is None and location.span == fact.span:
        yield "declaration"
    if symbol.kind == "constant":
        yield "readonly"
    if is_of_language(symbol):
        yield "defaultLibrary"


def _of_value(value: Value, varying: Varying | None) -> Iterator[str]:
    match value:
        case MaybeUnbound(value=inner):
            yield from _of_value(inner, varying)
        case KernelRef() | ConfiguredKernel():
            yield "kernel"
        case DeviceFunction():
            yield "device"
        case Dimension():
            yield "dimension"
        case DTypeRef():
            yield "dtype"
        case Tensor(array=array):
            yield array.space
        case Scalar(expr=expr) if varying is not None:
            yield "varying" if is_varying(expr, varying) else "uniform"
        case _:
            pass
