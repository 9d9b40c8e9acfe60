"""The rules, one file each. Adding one adds it here."""

from collections.abc import Callable, Iterator

from weft.lint.rules import (
    bank_conflict,
    barrier_in_divergent_branch,
    overlapping_writes,
    race,
    race_across_iterations,
    uncoalesced_access,
    uninitialised_read,
    unused_parameter,
)
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis

Rule = Callable[[Analysis], Iterator[Diagnostic]]

RULES: tuple[Rule, ...] = (
    bank_conflict.check,
    barrier_in_divergent_branch.check,
    overlapping_writes.check,
    race.check,
    race_across_iterations.check,
    uncoalesced_access.check,
    uninitialised_read.check,
    unused_parameter.check,
)
