"""What the Model says of a place in the text, as plain data: the words of hover, completion and definition."""

from typing import Literal

from weft.model.diagnostic import Span
from weft.records import field, record

SymbolKind = Literal[
    "kernel", "function", "operation", "class", "dtype", "dimension", "constant", "parameter", "variable", "module",
    "method", "property",
]  # fmt: skip


@record
class Location:
    """The span of a name in a file; `path` None is the text that the Model was made of."""

    path: str | None
    span: Span


@record
class ParameterText:
    """A parameter as it is written: `name: annotation = default`. `marker` is "*", "**" or ""."""

    name: str
    annotation: str = ""
    default: str | None = None
    marker: str = ""
    is_keyword_only: bool = False
    is_positional_only: bool = False


@record
class Signature:
    """How something is called, as it is written in its source (without `self`).

    overloads: the ways to call it that have signatures of their own, in the order of the source.
    """

    name: str
    parameters: tuple[ParameterText, ...] = ()
    returns: str = ""
    overloads: tuple["Signature", ...] = ()


@record
class Symbol:
    """A name that something declares. `qualified_name` is where it is declared: `weft.ops.sync.barrier`."""

    name: str
    kind: SymbolKind
    qualified_name: str = ""
    location: Location | None = None
    signature: Signature | None = None
    doc: str | None = None


@record
class Outline:
    """An entry of the outline of a file: a kernel, a function, a class, a dimension, a constant."""

    name: str
    kind: SymbolKind
    span: Span
    name_span: Span
    detail: str = ""
    children: tuple["Outline", ...] = field(default=())
