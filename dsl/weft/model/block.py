"""Analyse one top-level block: the kernels in it, what its names stand for, and its launches."""

from contextlib import suppress
from weakref import WeakValueDictionary

from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis, analyse
from weft.model.launch_text import launch_findings
from weft.model.library import Library
from weft.model.marks import Versions
from weft.model.syntax import Parsed
from weft.model.text import Lookup, Lookups, ModuleText
from weft.model.trace.closure import Closure, Closures
from weft.model.trace.host import HostReader
from weft.model.trace.inline import READERS, frame_of
from weft.model.trace.tracer import CallFact, Fact, Frame, LaunchSite, TooLarge, Tracer
from weft.model.values import ConfiguredKernel, Definition, KernelRef
from weft.records import field, record

_Key = tuple[tuple[str, str, int], str, bool, Closure]


# Without slots, so that what is kept with it can go when it goes.
@record(eq=False, slots=False)
class BlockModel:
    """What a block says, with spans that count from its own start; `lookups` is what it relied on."""

    parsed: Parsed = field(repr=False)
    functions: tuple[Analysis, ...]
    facts: tuple[Fact, ...] = field(repr=False)
    calls: tuple[CallFact, ...] = field(repr=False)
    launches: tuple[LaunchSite, ...]
    findings: tuple[Diagnostic, ...]
    lookups: Lookups = field(repr=False)
    # The kernels that are launched here, which are analysed once for all that launch them.
    callees: tuple[Analysis, ...] = field(default=(), repr=False)


class Analyses:
    """The analyses of kernels and device functions, kept as long as a block has them and what they refer to stays the same."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._kept: WeakValueDictionary[_Key, Analysis] = WeakValueDictionary()
        self._versions = Versions()

    def of(
        self,
        definition: Definition,
        module: ModuleText,
        *,
        is_kernel: bool,
        closures: Closures,
    ) -> Analysis:
        place = (definition.module, definition.name, definition.node.lineno)
        closure = closures.of(definition)
        key = (place, definition.block.text, is_kernel, closure)
        kept = self._kept.get(key)
        if kept is None or not self.library.holds(kept.lookups, module):
            frame = frame_of(definition)
            traits = (is_kernel, closure, closure.places, frame.rebound, frame.return_count)
            marks = self._versions.marks(definition, traits)
            marks.leave_what_holds(self.library, module)
            kept = self._kept[key] = analyse(
                self.library, definition, is_kernel=is_kernel, closures=closures, marks=marks
            )
            self._versions.keep(definition, marks.version)
        return kept


def analyse_block(analyses: Analyses, module: ModuleText, parsed: Parsed, block_start: int) -> BlockModel:
    """Never raises on any text."""
    if parsed.tree is None:
        return BlockModel(parsed, (), (), (), (), _syntax(parsed), Lookups())
    t = Tracer(analyses.library, Frame("", parsed, module.scope), READERS, is_kernel=False)
    reader = HostReader(t, module, block_start)
    # Code nested too deeply to be followed says nothing more; the kernels found so far are still read.
    with suppress(RecursionError, TooLarge):
        reader.read(parsed.tree.body)
    closures = reader.closures
    functions = [
        analyses.of(definition, module, is_kernel=is_kernel, closures=closures)
        for definition, is_kernel in reader.functions
    ]
    findings = [*_syntax(parsed), *t.findings.values()]
    findings += [finding for function in functions for finding in function.findings]
    lookups = _lookups(t)
    callees: list[Analysis] = []
    for site in t.launches:
        callee = _callee(analyses, module, site, closures)
        if callee is not None:
            callees.append(callee)
            findings += launch_findings(site, callee)
            lookups += callee.lookups
    return BlockModel(
        parsed,
        tuple(functions),
        (*t.facts.values(), *(fact for function in functions for fact in function.facts)),
        (*t.calls.values(), *(call for function in functions for call in function.calls)),
        tuple(t.launches),
        tuple(sorted(findings, key=lambda finding: finding.span)),
        Lookups((*lookups, *(lookup for function in functions for lookup in function.lookups))),
        tuple(callees),
    )


def _syntax(parsed: Parsed) -> tuple[Diagnostic, ...]:
    return (parsed.error,) if parsed.error else ()


def _lookups(t: Tracer) -> tuple[Lookup, ...]:
    return tuple((scope, name, binding) for (_, name), (scope, binding) in t.lookups.items())


def _callee(analyses: Analyses, module: ModuleText, site: LaunchSite, closures: Closures) -> Analysis | None:
    kernel = site.kernel.kernel if isinstance(site.kernel, ConfiguredKernel) else site.kernel
    if not isinstance(kernel, KernelRef):
        return None
    return analyses.of(kernel.definition, module, is_kernel=True, closures=closures)
