"""All findings of a file: what the front end found, and what the rules find in its Model."""

from weft.lint.rules import RULES
from weft.model.diagnostic import Diagnostic
from weft.model.model import Model


def check(model: Model) -> tuple[Diagnostic, ...]:
    """The findings, in the order of the text. A file that does not use Weft has none."""
    if not model.is_about_kernels:
        return ()
    found = [*model.findings, *(finding for rule in RULES for finding in rule(model))]
    return tuple(sorted(found, key=lambda finding: (finding.span, finding.code)))
