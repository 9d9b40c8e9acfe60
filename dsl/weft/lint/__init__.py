"""All findings: what the front end found, and what the rules find in its Model."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from weft.lint.rules import RULES
from weft.lint.suppress import divided
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis
from weft.model.model import Model

_MOST_KERNELS = 8192


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found in a file, in the order of the text. unknown: what was asked and could not be decided."""

    shown: tuple[Diagnostic, ...] = ()
    suppressed: tuple[Diagnostic, ...] = ()
    unknown: tuple[Diagnostic, ...] = ()


def check(model: Model) -> tuple[Diagnostic, ...]:
    """The findings of a file that it does not suppress, in the order of the text. One that does not use Weft has none."""
    return check_all(model).shown


def check_all(model: Model) -> Findings:
    """`check`, with what is suppressed and what could not be decided."""
    if not model.is_about_kernels:
        return Findings()
    found = [*model.findings]
    for start, kernel in model.kernels():
        found += [finding.shifted(start) for finding in check_kernel(kernel)]
    certain = [finding for finding in found if finding.certainty != "unknown"]
    shown, suppressed = divided(model.text, certain)
    unknown = (finding for finding in found if finding.certainty == "unknown")
    return Findings(_sorted(shown), _sorted(suppressed), _sorted(unknown))


def _sorted(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda finding: (finding.span, finding.code)))


@lru_cache(_MOST_KERNELS)
def check_kernel(kernel: Analysis) -> tuple[Diagnostic, ...]:
    """What the rules find in one kernel; spans count from its block, and are computed once for an analysis."""
    return tuple(finding for rule in RULES for finding in rule(kernel))
