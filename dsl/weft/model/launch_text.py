"""Check the launches that stand in the text, with the questions and the words of a live launch."""

from collections.abc import Iterator

from weft.model.arguments import Fact, OtherFact, ScalarFact, TensorFact, bind, dims_agree, fits
from weft.model.diagnostic import Diagnostic, Span
from weft.model.kernel import Analysis
from weft.model.launches import block_fixed, geometry_missing
from weft.model.limits import Geometry, Problem, block_problems, grid_problems, triple
from weft.model.trace.tracer import LaunchSite
from weft.model.values import (
    Class,
    ConfiguredKernel,
    DeviceFunction,
    Dimension,
    DTypeRef,
    HostFunction,
    HostTensor,
    KernelRef,
    Module,
    Static,
    Tuple,
    Value,
)


def launch_findings(site: LaunchSite, kernel: Analysis) -> Iterator[Diagnostic]:
    """What is wrong with a launch, as far as the text tells. A live launch stops at the first of these."""
    for problem, span in _problems(site, kernel):
        yield Diagnostic(problem.code, problem.message, span)


def _problems(site: LaunchSite, kernel: Analysis) -> Iterator[tuple[Problem, Span]]:
    if len(kernel.parameters) != kernel.parameter_count:
        # The kernel's own signature is at fault, and is reported there.
        return
    yield from _geometry(site, kernel)
    words = [word for word, _, _ in site.keywords]
    wrong = list(bind(kernel.name, kernel.parameters, len(site.arguments), words))
    places = {word: span for word, _, span in site.keywords}
    yield from ((problem, places.get(problem.about, site.span)) for problem in wrong)
    if not wrong:
        yield from _arguments(site, kernel)


def _geometry(site: LaunchSite, kernel: Analysis) -> Iterator[tuple[Problem, Span]]:
    if not isinstance(site.kernel, ConfiguredKernel):
        if kernel.domain_span is None and kernel.ir is not None:
            yield geometry_missing(kernel.name), site.span
        return
    configured = site.kernel
    if configured.grid and configured.grid_span:
        yield from ((problem, configured.grid_span) for problem in grid_problems(configured.grid))
    if configured.block and configured.block_span:
        yield from (
            (problem, configured.block_span) for problem in _block(configured, configured.block, kernel)
        )


def _block(configured: ConfiguredKernel, block: tuple[int, int, int], kernel: Analysis) -> Iterator[Problem]:
    wrong = list(block_problems(block))
    yield from wrong
    domain = kernel.ir.domain if kernel.ir else None
    if wrong or domain is None or domain.block is None:
        return
    fixed = triple(domain.block[::-1])
    if fixed != block:
        yield block_fixed(kernel.name, Geometry(configured.grid or (1, 1, 1), block), fixed)


def _arguments(site: LaunchSite, kernel: Analysis) -> Iterator[tuple[Problem, Span]]:
    named = {word: (value, span) for word, value, span in site.keywords}
    positional = list(zip(site.arguments, site.argument_spans, strict=True))
    given = [
        positional[index] if index < len(positional) else named[parameter.name]
        for index, parameter in enumerate(kernel.parameters)
    ]
    facts = [fact_of(value) for value, _ in given]
    wrong = False
    for parameter, fact, (_, span) in zip(kernel.parameters, facts, given, strict=True):
        for problem in fits(parameter, fact):
            wrong = True
            yield problem, span
    if wrong:
        return
    spans = {parameter.name: span for parameter, (_, span) in zip(kernel.parameters, given, strict=True)}
    yield from (
        (problem, spans.get(problem.about, site.span)) for problem in dims_agree(kernel.parameters, facts)
    )


def fact_of(value: Value) -> Fact:
    """What the text tells of an argument; None if nothing."""
    match value:
        case Static(value=bool() | int() | float()):
            return ScalarFact(value.type_name)
        case Static():
            return OtherFact(value.type_name)
        case HostTensor(dtype=dtype, dtype_name=name, shape=shape):
            return TensorFact(dtype, name, shape)
        case Tuple():
            return OtherFact("tuple")
        case KernelRef():
            return OtherFact("Kernel")
        case DeviceFunction():
            return OtherFact("Function")
        case HostFunction():
            return OtherFact("function")
        case Class() | Dimension() | DTypeRef():
            return OtherFact("type")
        case Module():
            return OtherFact("module")
        case _:
            return None
