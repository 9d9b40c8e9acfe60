"""Check the launches that stand in the text, with the questions and the words of a live launch."""

from collections.abc import Iterator

from weft.model.arguments import (
    Fact,
    OtherFact,
    ScalarFact,
    TensorFact,
    bind,
    dims_agree,
    dims_told,
    fits,
)
from weft.model.coverage import coverage_findings
from weft.model.diagnostic import Diagnostic, Span
from weft.model.kernel import Analysis
from weft.model.launches import domain_problems, geometry_missing
from weft.model.limits import (
    Geometry,
    Problem,
    block_problems,
    grid_problems,
    shared_problems,
    whole_clusters,
)
from weft.model.sizes import launch_sizes, sized
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
from weft.model.warps import row_problems


def launch_findings(site: LaunchSite, kernel: Analysis) -> Iterator[Diagnostic]:
    """What is wrong with a launch, as far as the text tells. A live launch stops at the first of these."""
    wrong = list(_problems(site, kernel))
    yield from (Diagnostic(problem.code, problem.message, span) for problem, span in wrong)
    configured = site.kernel
    if wrong or kernel.ir is None or not isinstance(configured, ConfiguredKernel):
        return
    if configured.grid and configured.block and len(kernel.parameters) == kernel.parameter_count:
        facts = [fact_of(value) for value, _ in _given(site, kernel)]
        geometry = Geometry(configured.grid, configured.block)
        yield from coverage_findings(kernel.ir, geometry, facts, configured.grid_span or site.span)


def dims_of_launch(site: LaunchSite, kernel: Analysis) -> dict[str, int]:
    """The values of dimensions that the arguments of a launch tell; none where it does not fit the kernel."""
    is_whole = len(kernel.parameters) == kernel.parameter_count
    if not is_whole or any(True for _ in _problems(site, kernel)):
        return {}
    return dims_told(kernel.parameters, [fact_of(value) for value, _ in _given(site, kernel)])


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
    grid, block = configured.grid, configured.block
    wrong = [*(grid_problems(grid) if grid else ()), *(block_problems(block) if block else ())]
    domain = kernel.ir.domain if kernel.ir else None
    if not wrong and domain is not None and block is not None:
        # A grid that the text does not tell is not at fault.
        wrong += domain_problems(kernel.name, domain, Geometry(grid or (1, 1, 1), block))
    if not wrong and kernel.ir is not None and block is not None:
        wrong += row_problems(kernel.ir, Geometry(grid or (1, 1, 1), block))
    if not wrong and kernel.ir is not None and kernel.ir.cluster is not None and grid is not None:
        wrong += whole_clusters(grid, kernel.ir.cluster.shape)
    places = {"grid": configured.grid_span, "block": configured.block_span}
    yield from ((problem, places.get(problem.about) or site.span) for problem in wrong)


def _arguments(site: LaunchSite, kernel: Analysis) -> Iterator[tuple[Problem, Span]]:
    given = _given(site, kernel)
    facts = [fact_of(value) for value, _ in given]
    wrong = False
    for parameter, fact, (_, span) in zip(kernel.parameters, facts, given, strict=True):
        for problem in fits(parameter, fact):
            wrong = True
            yield problem, span
    if wrong:
        return
    spans = {parameter.name: span for parameter, (_, span) in zip(kernel.parameters, given, strict=True)}
    found = list(dims_agree(kernel.parameters, facts))
    if not found and kernel.ir is not None and launch_sizes(kernel.ir):
        found += shared_problems(sized(kernel.ir, dims_told(kernel.parameters, facts)).shared)
    yield from ((problem, spans.get(problem.about, site.span)) for problem in found)


def _given(site: LaunchSite, kernel: Analysis) -> list[tuple[Value, Span]]:
    """The argument of each parameter, with its place; all are there."""
    named = {word: (value, span) for word, value, span in site.keywords}
    positional = list(zip(site.arguments, site.argument_spans, strict=True))
    return [
        positional[index] if index < len(positional) else named[parameter.name]
        for index, parameter in enumerate(kernel.parameters)
    ]


def fact_of(value: Value) -> Fact:
    """What the text tells of an argument; None if nothing."""
    match value:
        case Static(value=bool() | int() | float() as number):
            return ScalarFact(value.type_name, number if type(number) is int else None)
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
