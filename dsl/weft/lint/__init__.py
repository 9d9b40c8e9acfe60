"""All findings: what the front end found, and what the rules find in its Model."""

from functools import lru_cache

from weft.lint.rules import RULES
from weft.lint.suppress import unsuppressed
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis
from weft.model.model import Model

_MOST_KERNELS = 8192


def check(model: Model) -> tuple[Diagnostic, ...]:
    """The findings of a file that it does not suppress, in the order of the text. One that does not use Weft has none."""
    if not model.is_about_kernels:
        return ()
    found = [*model.findings]
    for start, kernel in model.kernels():
        found += [finding.shifted(start) for finding in check_kernel(kernel)]
    return tuple(sorted(unsuppressed(model.text, found), key=lambda finding: (finding.span, finding.code)))


@lru_cache(_MOST_KERNELS)
def check_kernel(kernel: Analysis) -> tuple[Diagnostic, ...]:
    """What the rules find in one kernel; spans count from its block, and are computed once for an analysis."""
    return tuple(finding for rule in RULES for finding in rule(kernel))
