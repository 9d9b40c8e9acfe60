"""All findings: what the front end found, and what the rules find in its Model."""

from collections.abc import Iterable, Iterator
from math import prod

from weft.lint.calls import told_once
from weft.lint.targets import beyond_targets
from weft.model.diagnostic import Diagnostic, Findings
from weft.model.kept import kept_with_its_argument
from weft.model.kernel import Analysis
from weft.model.limits import ANY_GPU, USUAL_BLOCKS
from weft.model.model import Model
from weft.model.values import ConfiguredKernel, KernelRef
from weft.records import replace

# A block, and the grid as far as the text tells.
Geometry = tuple[tuple[int, int, int], tuple[int, int, int] | None]


def check(model: Model, targets: tuple[str, ...] = ()) -> tuple[Diagnostic, ...]:
    """The findings of a file that it does not suppress, in the order of the text. One that does not use Weft has none.

    targets: the GPUs that it is for, such as `sm_90`; without any, what no GPU can do is found.
    """
    return check_all(model, targets).shown


def check_all(model: Model, targets: tuple[str, ...] = ()) -> Findings:
    """`check`, with what is suppressed and what could not be decided."""
    return next(found for found in check_in_steps(model, targets) if found is not None)


def check_in_steps(model: Model, targets: tuple[str, ...] = ()) -> Iterator[Findings | None]:
    """`check_all` bit by bit, for who has other things to do in between: None as long as there is more to do, then the findings."""
    if not model.is_about_kernels:
        yield Findings()
        return
    from weft.lint.rules import unused_kernel
    from weft.lint.suppress import divided

    found: list[Diagnostic] = []
    for start, block in model.blocks:
        found += [finding.shifted(start) for finding in block.findings]
        yield None
    found = [*told_once(model, found), *unused_kernel.check_file(model)]
    for start, own in _by_kernel(model, targets):
        found += [finding.shifted(start) for finding in own]
        yield None
    certain = [finding for finding in found if finding.certainty != "unknown"]
    shown, suppressed = divided(model.text, certain)
    unknown = (finding for finding in found if finding.certainty == "unknown")
    yield Findings(_sorted(shown), _sorted(suppressed), _sorted(unknown))


def _by_kernel(model: Model, targets: tuple[str, ...]) -> Iterator[tuple[int, tuple[Diagnostic, ...]]]:
    launched = _launches(model)
    for start, kernel in model.kernels():
        yield start, check_kernel(kernel, launched.get(kernel.qualified_name), targets)


def _sorted(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda finding: (finding.span, finding.code)))


def _launches(model: Model) -> dict[str, Geometry]:
    """For each kernel of the file, the first geometry that a launch in the file gives; else, if one leaves it to Weft, the one
    that is chosen for a kernel that looks at its threads."""
    found: dict[str, Geometry] = {}
    free: set[str] = set()
    for _, block in model.blocks:
        for site in block.launches:
            kernel = site.kernel
            if isinstance(kernel, ConfiguredKernel) and kernel.block and min(kernel.block) > 0:
                definition = kernel.kernel.definition
                if definition.module == model.module.name and prod(kernel.block) <= ANY_GPU.block_threads:
                    found.setdefault(definition.qualified_name, (kernel.block, kernel.grid))
            elif isinstance(kernel, KernelRef) and kernel.definition.module == model.module.name:
                free.add(kernel.definition.qualified_name)
    for _, kernel in model.kernels() if free else ():
        domain = kernel.ir.domain if kernel.ir and kernel.qualified_name in free else None
        if domain is not None:
            found.setdefault(kernel.qualified_name, (USUAL_BLOCKS[len(domain.indices)], None))
    return found


@kept_with_its_argument
def check_kernel(
    kernel: Analysis, launched_as: Geometry | None = None, targets: tuple[str, ...] = ()
) -> tuple[Diagnostic, ...]:
    """What the rules find in one kernel; spans count from its block, and are computed once for an analysis."""
    if launched_as is not None and _may_have(kernel, launched_as[0]):
        kernel = replace(kernel, launched_as=launched_as)
    if targets:
        kernel = replace(kernel, targets=targets)
    from weft.lint import rules  # thirty modules, which a language server loads once it has answered

    return tuple(finding for rule in (*rules.RULES, beyond_targets) for finding in rule(kernel))


def _may_have(kernel: Analysis, block: tuple[int, int, int]) -> bool:
    """Whether a launch may give this block: the kernel fixes none, and its domain has the block's axes."""
    domain = kernel.ir.domain if kernel.ir else None
    if domain is None:
        return kernel.ir is not None
    return domain.block is None and max(block[len(domain.indices) :], default=1) == 1
