"""Answers beside another Python server: what only Weft knows, and nothing that the other one says as well.

Weft's sources are typed, so pyright and its like know the names, members, signatures and declarations of the language and of
the user. They do not know the values of a kernel (its layouts, threads, bounds, guards), nor the parameters of a kernel
where it is called, since a kernel takes whatever its declaration says.
"""

from collections.abc import Iterable

from weft.model.describe import describe, describe_tensor, dimensions_text
from weft.model.diagnostic import Diagnostic
from weft.model.facts import Location
from weft.model.ir import Const
from weft.model.model import Model
from weft.model.trace.tracer import Fact
from weft.model.values import Scalar, Static, Tensor, Value
from weft.records import replace

from weft_lsp.ide.call_hierarchy import CallItem, prepare
from weft_lsp.ide.completion import Completion, completions
from weft_lsp.ide.definition import definition
from weft_lsp.ide.hover import Hover, code, headline
from weft_lsp.ide.hover_notes import notes
from weft_lsp.ide.inlay_hint import HintSettings
from weft_lsp.ide.keyword import KeywordArgument, keyword_at
from weft_lsp.ide.relevance import is_of_language, is_ours
from weft_lsp.ide.signature_help import SignatureHelp, signature_help
from weft_lsp.ide.target import Target

# A text that does not parse, and a name that is nowhere, are faults of Python, which every server shows.
_FAULTS_OF_PYTHON = ("syntax-error", "unknown-name")
_FAULTS_OF_HOST_CODE = ("call-arguments", "not-callable", "unknown-attribute")
# What has a value that a launch decides, or the layout of one.
_VALUES = ("constant", "parameter", "variable", "property")


def own_hover(model: Model, offset: int, *, shows_images: bool = False) -> Hover | None:
    """What a launch or a layout decides of a value, and what is said below a signature; no name, type or docstring, and no
    signature but that of a kernel where it is called."""
    fact = model.fact_at(offset)
    if fact is None or not is_ours(model, offset, fact):
        return None
    first = _own_headline(fact)
    parts = (code(first) if first else "", *notes(model, offset, fact, shows_images=shows_images))
    text = "\n\n".join(part for part in parts if part)
    return Hover(text, fact.span) if text else None


def own_completions(model: Model, offset: int, *, with_snippets: bool) -> tuple[Completion, ...] | None:
    """Geometries, snippets, and the keyword arguments of a kernel."""
    if model.receiver_at(offset) is not None:
        return None
    call = model.call_at(offset)
    is_launch = call is not None and call.symbol.kind == "kernel"
    found = completions(model, offset, with_snippets=with_snippets) or ()
    return tuple(each for each in found if _is_own(each, is_launch=is_launch)) or None


def own_definition(model: Model, offset: int) -> Location | None:
    return definition(model, offset) if keyword_of_kernel(model, offset) else None


def own_signature_help(model: Model, offset: int) -> SignatureHelp | None:
    call = model.call_at(offset)
    return signature_help(model, offset) if call and call.symbol.kind == "kernel" else None


def own_target(model: Model, offset: int, target: Target) -> Target | None:
    """The keyword arguments of launches, from where they are written and from the parameter's declaration."""
    if keyword_of_kernel(model, offset):
        return target
    return replace(target, local=None) if _is_parameter_of_kernel(model, target) else None


def own_renamable(model: Model, offset: int, target: Target) -> Target | None:
    """The parameters of kernels: the other server would leave their keyword arguments behind."""
    is_ours_alone = keyword_of_kernel(model, offset) or _is_parameter_of_kernel(model, target)
    return target if is_ours_alone else None


def own_call_item(model: Model, offset: int) -> CallItem | None:
    """Kernels: a launch with brackets is no call of them to others."""
    found = prepare(model, offset)
    return found if found and found.kind == "kernel" else None


def own_hints(settings: HintSettings) -> HintSettings:
    return replace(settings, is_for_kernels_alone=True)


def own_findings(model: Model, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(finding for finding in found if not _is_of_python(model, finding))


def _is_of_python(model: Model, finding: Diagnostic) -> bool:
    """Whether the other server says it too. In kernels it knows no members and no calls."""
    if finding.code in _FAULTS_OF_HOST_CODE:
        return model.kernel_at(finding.span.start) is None
    return finding.code in _FAULTS_OF_PYTHON


def keyword_of_kernel(model: Model, offset: int) -> KeywordArgument | None:
    keyword = keyword_at(model, offset)
    return keyword if keyword and keyword.function.kind == "kernel" else None


def _own_headline(fact: Fact) -> str:
    symbol = fact.symbol
    if symbol is None or symbol.kind in _VALUES:
        return _own_description(fact.value) if headline(fact) else ""
    # Where it is called, a kernel is only a `Kernel` to others.
    is_declared_here = symbol.location is not None and symbol.location.span == fact.span
    is_launched = symbol.kind == "kernel" and not is_of_language(symbol) and not is_declared_here
    return headline(fact) if is_launched else ""


def _own_description(value: Value) -> str:
    """What of a value is not in its type: the other server shows the name, and that it is an `f32` or a `Layout`."""
    match value:
        case (
            Scalar(expr=Const(value=number)) | Static(value=bool() | int() | float() | str() | None as number)
        ):
            return f"= {number!r}"
        case Scalar(expr=expr):
            computed = dimensions_text(expr)
            return f"= {computed}" if computed else ""
        case Static(value=layout):
            return str(layout)
        case Tensor(dtype=dtype):
            parts = describe_tensor(value).removeprefix(f"{dtype} ")
            # The shape of a parameter stands in its type.
            return "" if ":" not in parts and parts.endswith(" global") else parts
        case _:
            return describe(value)


def _is_own(completion: Completion, *, is_launch: bool) -> bool:
    if completion.kind == "parameter" and completion.name.endswith("="):
        return is_launch
    return completion.is_snippet or bool(completion.text)


def _is_parameter_of_kernel(model: Model, target: Target) -> bool:
    kernels = (each.qualified_name for _, each in model.kernels() if each.is_kernel)
    return bool(target.function) and target.path == model.path and target.function in kernels
