"""The rules, one file each. Adding one adds it here."""

from collections.abc import Callable, Iterator

from weft.lint.rules import (
    async_copy_before_wait,
    bank_conflict,
    barrier_in_divergent_branch,
    contended_atomic,
    dead_branch,
    divergent_warp,
    division_in_loop,
    double_precision,
    dynamic_local_index,
    index_overflow,
    low_occupancy,
    misaligned_vector,
    overlapping_writes,
    partial_warp,
    print_left_in,
    race,
    race_across_iterations,
    redundant_access,
    return_before_barrier,
    shadowed_dimension,
    spilled_local,
    uncoalesced_access,
    uniform_transcendental,
    uninitialised_read,
    unneeded_barrier,
    unused_parameter,
    unused_result,
    warp_operation_in_divergent_flow,
)
from weft.model.diagnostic import Diagnostic
from weft.model.kernel import Analysis

Rule = Callable[[Analysis], Iterator[Diagnostic]]

RULES: tuple[Rule, ...] = (
    async_copy_before_wait.check,
    bank_conflict.check,
    barrier_in_divergent_branch.check,
    contended_atomic.check,
    dead_branch.check,
    divergent_warp.check,
    division_in_loop.check,
    double_precision.check,
    dynamic_local_index.check,
    index_overflow.check,
    low_occupancy.check,
    misaligned_vector.check,
    overlapping_writes.check,
    partial_warp.check,
    print_left_in.check,
    race.check,
    race_across_iterations.check,
    redundant_access.check,
    return_before_barrier.check,
    shadowed_dimension.check,
    spilled_local.check,
    uncoalesced_access.check,
    uniform_transcendental.check,
    uninitialised_read.check,
    unneeded_barrier.check,
    unused_parameter.check,
    unused_result.check,
    warp_operation_in_divergent_flow.check,
)
