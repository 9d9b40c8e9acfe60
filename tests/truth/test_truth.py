"""The linter finds what running a broken kernel shows, and is silent on what still works (all of it: `python tests/truth`)."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from measure import COVERED, Verdict, verdicts

# Every mutant takes a while to run; a part of them, spread over all kernels and operators, stands for the rest.
EVERY = 40


@pytest.fixture(scope="module")
def found() -> list[Verdict]:
    return list(verdicts(EVERY))


def test_no_finding_where_nothing_is_wrong(found: list[Verdict]):
    equivalent = [verdict for verdict in found if verdict.is_equivalent]
    assert equivalent
    assert [
        (verdict.subject, verdict.mutant.what, verdict.said) for verdict in equivalent if verdict.said
    ] == []


def test_faults_that_a_rule_covers_are_found(found: list[Verdict]):
    faults = [(verdict, fault) for verdict in found for fault in verdict.truth & COVERED.keys()]
    missed = [
        (verdict.subject, verdict.mutant.what, fault)
        for verdict, fault in faults
        if not verdict.is_found(fault)
    ]
    assert faults
    # A sample: docs/truth.md tells of all of them.
    assert len(missed) <= max(1, 0.05 * len(faults)), missed
