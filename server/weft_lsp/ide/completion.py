"""What can be typed here: members of the value before the dot, keyword arguments, names in scope, names to import."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from weft.model.describe import describe
from weft.model.facts import Symbol, SymbolKind
from weft.model.members import Member
from weft.model.model import CallSite, Model
from weft.model.trace.tracer import Fact
from weft.model.values import (
    Class,
    Dimension,
    DTypeRef,
    Instance,
    KernelRef,
    Scalar,
    Static,
    Tensor,
    Tuple,
    Unknown,
    Value,
)
from weft.records import field, record

from weft_lsp.ide.annotation_place import TypePlace, type_place
from weft_lsp.ide.geometry_completion import geometries
from weft_lsp.ide.hover import call_label, code, describe_property
from weft_lsp.ide.hover import documentation as symbol_documentation
from weft_lsp.ide.overload import arguments_of, fits, signatures, takes
from weft_lsp.ide.public import PublicName, names_of_module, public_names, written_as
from weft_lsp.ide.quiet import is_quiet
from weft_lsp.ide.relevance import is_of_language, is_ours_to_call, is_unknown
from weft_lsp.ide.snippets import Snippet, snippets

# Where a line takes no name of the scope: after a dot; where a name is being made up; in an import.
_TAKES_NO_NAME = re.compile(
    r"\.[ \t]*\w*$ | \b(?:def|class|as|for|global|nonlocal)[ \t]+\w*$ | ^[ \t]*(?:from|import)\b", re.VERBOSE
)
_ARGUMENT_START = re.compile(r"[(,][ \t\r\n]*\w*\Z")
_VALUE_START = re.compile(r"[(,=][ \t\r\n]*\w*\Z")
_BRACKET = re.compile(r"([^\W\d][\w.]*)\[[ \t]*\Z")
_INDEX = re.compile(r"(?P<owner>[^\W\d]\w*)\[(?:[^][()]*,)?[ \t]*\w*\Z")
_IMPORT_FROM = re.compile(
    r"[ \t]*from[ \t]+(?P<module>[\w.]+)[ \t]+import[ \t]*"
    r"(?P<names>\([^()]*|[^()\r\n;]*)(?<![\w.])\w*\Z"
)
_DECORATOR = re.compile(r"[ \t]*@[ \t]*\w*")
_LONGEST_LINE = 400
_LONGEST_IMPORT = 4000
_UNFIT = 2


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
    """Outside of kernels, their signatures and calls only members are offered: all other names are another server's."""
    if is_quiet(model.text, offset, model.block_at(offset)[0]):
        return None
    receiver = model.receiver_at(offset)
    if receiver is not None:
        members = model.members(receiver.value)
        if _is_of_users_class(receiver):
            # Kernels of a class are mostly for its own methods.
            return tuple(_completion(each) for each in members if not each.symbol.name.startswith("__"))
        return _completions(members)
    line = _line_before(model.text, offset)
    if bracket := _BRACKET.search(line):
        name_end = offset - len(line) + bracket.end(1)
        if offered := _geometries(model, name_end, with_snippets=with_snippets):
            return offered
    if imported := _import_at(model, offset):
        return _importable(model, imported["module"], imported["names"])
    if _TAKES_NO_NAME.search(line):
        return None
    if _DECORATOR.fullmatch(line):
        return _decorators(model)
    if place := type_place(model, offset):
        return _types(model, offset, place) or None
    call = model.call_at(offset)
    keywords = _keywords(model, offset, call) if call and is_ours_to_call(model, offset, call.symbol) else []
    if model.kernel_at(offset) is None:
        offered = snippets(line, in_kernel=False) if with_snippets else ()
        values = _values(model, offset, call) if call and is_ours_to_call(model, offset, call.symbol) else ()
        return (*keywords, *values, *map(_snippet, offered)) or None
    names = _completions(model.names_at(offset))
    taken = {each.name for each in names}
    public = (each for each in public_names(model.library) if each.is_for_kernels)
    imports = [_import(each) for each in public if each.name not in taken]
    offered = snippets(line, in_kernel=True) if with_snippets else ()
    return (*keywords, *_ranked(names, imports, model, offset, call), *map(_snippet, offered), *imports)


def _is_of_users_class(receiver: Fact) -> bool:
    return isinstance(receiver.value, Class | Instance) and not is_of_language(receiver.symbol)


def leaves_names(model: Model, offset: int, found: tuple[Completion, ...] | None) -> bool:
    """Whether there are names here that Weft does not complete: members of other values, names outside of kernels."""
    receiver = model.receiver_at(offset)
    if receiver is not None:
        return (_is_of_users_class(receiver) or not found) and not _has_no_members(
            model, offset, receiver.value
        )
    if is_quiet(model.text, offset, model.block_at(offset)[0]):
        return False
    if imported := _import_at(model, offset):
        return not names_of_module(model.library, imported["module"])
    return model.kernel_at(offset) is None or type_place(model, offset) not in (None, "name")


def names_to_import(model: Model, offset: int) -> tuple[Completion, ...]:
    """Public names for the word that is being typed outside of kernels."""
    line = _line_before(model.text, offset)
    if not re.search(r"[^\W\d]\w*\Z", line) or _TAKES_NO_NAME.search(line) or model.kernel_at(offset):
        return ()
    return tuple(
        _import(each) for each in public_names(model.library) if not model.module.declares(each.name)
    )


def _has_no_members(model: Model, offset: int, value: Value) -> bool:
    """A number, a tuple, a dtype or a dimension of a kernel: another server would complete what its class has in Python."""
    is_known = isinstance(value, (Scalar, Tuple, Static)) and model.kernel_at(offset) is not None
    return is_known or isinstance(value, (DTypeRef, Dimension))


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
        is_builtin = member.symbol.qualified_name.startswith("builtins.")
        return (
            member.symbol.signature.returns if member.symbol.signature else "built-in" if is_builtin else ""
        )
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
    found: tuple[Completion, ...],
    imports: list[Completion],
    model: Model,
    offset: int,
    call: CallSite | None,
) -> tuple[Completion, ...]:
    """What fits the place of the cursor comes first: the literals that a parameter takes, then names; dtypes also if they
    must be imported, which are then taken out of `imports`."""
    is_index = _is_index(model, offset)
    annotations = ("int",) if is_index else _wanted(model, offset, call) if call else ()
    values = {member.symbol.name: member.value for member in model.names_at(offset)} if annotations else {}

    def rank(completion: Completion) -> int:
        value = values.get(completion.name)
        if value is None or is_unknown(value) or not any(fits(value, each) for each in annotations):
            return _UNFIT
        # Where a size is wanted, most are known at compile time; where an index is, few are.
        is_size = isinstance(value, (Static, Dimension))
        return int(is_size == is_index and any("int" in each for each in annotations))

    ordered = sorted(found, key=rank)
    fitting = [each for each in ordered if rank(each) < _UNFIT]
    dtypes = [each for each in imports if each.kind == "dtype"] if _takes_dtype(annotations) else []
    imports[:] = [each for each in imports if each not in dtypes]
    return (
        *_literal_values(annotations),
        *fitting,
        *dtypes,
        *ordered[len(fitting) :],
    )


def _is_index(model: Model, offset: int) -> bool:
    """Whether an index of a tensor is being typed: `x[|`, `x[i, |`."""
    line = _line_before(model.text, offset)
    found = _INDEX.search(line[-_LONGEST_LINE:])
    if found is None:
        return False
    owner = model.fact_at(offset - len(found.group()) + len(found["owner"]))
    return owner is not None and isinstance(owner.value, Tensor)


def _takes_dtype(annotations: tuple[str, ...]) -> bool:
    return any("dtype" in each.split(" | ") for each in annotations)


def _values(model: Model, offset: int, call: CallSite) -> tuple[Completion, ...]:
    """What a parameter takes of what is known outside of kernels: literals and dtypes."""
    annotations = _wanted(model, offset, call)
    return (*_literal_values(annotations), *(_dtypes(model) if _takes_dtype(annotations) else ()))


def _literal_values(annotations: tuple[str, ...]) -> tuple[Completion, ...]:
    found = dict.fromkeys(text for each in annotations for text in _literals(each))
    return tuple(Completion(text, "constant") for text in found)


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


# Types, imports and decorators


def _types(model: Model, offset: int, place: TypePlace) -> tuple[Completion, ...]:
    """The names that a signature can have at a place, those in scope first."""
    if place == "name":
        return ()
    if place == "dimension":
        return (*_around(model, offset, Dimension), *_of_kinds(model, Dimension))
    tensors = _of_kinds(model, Class) if place == "type" else ()
    own = model.library.dialect.tensor
    return (
        *(each for each in tensors if each.symbol and each.symbol.qualified_name == own),
        *_around(model, offset, DTypeRef),
        *_dtypes(model),
    )


def _around(model: Model, offset: int, kind: type[Value]) -> tuple[Completion, ...]:
    """Names of the functions around a kernel that stand for such values, or may."""
    members = model.names_around(offset)
    return _completions(
        each for each in members if each.value is None or isinstance(each.value, kind | Unknown)
    )


def _dtypes(model: Model) -> tuple[Completion, ...]:
    return _of_kinds(model, DTypeRef)


def _of_kinds(model: Model, kind: type[Value]) -> tuple[Completion, ...]:
    """Names of the file that stand for such values, then public ones with their import."""
    bound = [(name, model.module.lookup(name)) for name in model.module.names()]
    here = [
        Completion(name, found.symbol.kind, describe(found.value), found.symbol)
        for name, found in bound
        if found.symbol and isinstance(found.value, kind)
    ]
    taken = {name for name, _ in bound}
    public = [each for each in public_names(model.library) if isinstance(each.value, kind)]
    return (*here, *(_import(each) for each in public if each.name not in taken))


def _import_at(model: Model, offset: int) -> re.Match[str] | None:
    word = model.text.rfind("import", max(0, offset - _LONGEST_IMPORT), offset)
    start = max(model.text.rfind(mark, 0, word) for mark in "\n\r;") + 1 if word >= 0 else offset
    return _IMPORT_FROM.match(model.text, start, offset)


def _importable(model: Model, module: str, typed: str) -> tuple[Completion, ...] | None:
    """The names that a module of the language has, but for those that the statement has already."""
    taken = set(re.findall(r"\w+(?=[ \t\r\n]*,)", typed))
    names = names_of_module(model.library, module)
    members = (Member(each.symbol, each.value) for each in names if each.name not in taken)
    return _completions(members) or None


def _decorators(model: Model) -> tuple[Completion, ...] | None:
    """`weft.kernel` and `weft.function`, as the file would write them."""
    dialect = model.library.dialect
    found: list[Completion] = []
    for public in public_names(model.library):
        if public.symbol.qualified_name in (dialect.kernel, dialect.function):
            name = written_as(model, public)
            label = call_label(public.symbol)
            text = name if name and name != public.name else ""
            found.append(
                Completion(name, "function", label, public.symbol, text) if name else _import(public)
            )
    # A kernel first: there are more of them.
    return tuple(found[::-1]) or None


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
