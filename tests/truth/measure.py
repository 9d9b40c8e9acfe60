"""What the linter says of each mutant beside what happens when it runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import weft.lint.findings
from annotations import read
from operators import Mutant, mutants
from subjects import Subject, read_kernel, read_made, subjects
from weft.backends.check import TooLong, interpret
from weft.model.ir import Kernel
from weft.model.limits import shared_problems

STEPS = 60_000

# The faults that a run shows, and the codes that are about each.
# An element that is read while it is copied races with the copy.
COVERED = {
    "race": {"race", "race-across-iterations", "overlapping-writes", "async-copy-before-wait"},
    "undefined": {"uninitialised-read", "async-copy-before-wait"},
    "divergent": {"barrier-in-divergent-branch", "return-before-barrier", "warp-operation-in-divergent-flow"},
    "shared memory": {"shared-memory"},
}


@dataclass(frozen=True)
class Verdict:
    """truth: the faults of running it, `wrong` (another result), `refused` (no kernel any more), or nothing.
    said: the codes of errors and warnings that the right kernel does not have."""

    subject: str
    mutant: Mutant
    truth: frozenset[str]
    said: frozenset[str]

    @property
    def is_equivalent(self) -> bool:
        return not self.truth

    def is_found(self, fault: str) -> bool:
        return bool(self.said & COVERED[fault])


def verdicts(every: int = 1) -> Iterator[Verdict]:
    """Of every mutant of every subject, or of each `every`-th."""
    count = 0
    for subject in subjects():
        chosen: list[Mutant] = []
        for mutant in mutants(subject.text, subject.kernel):
            count += 1
            if count % every == 0:
                chosen.append(mutant)
        yield from verdicts_of(subject, chosen)


def verdicts_of(subject: Subject, chosen: Sequence[Mutant]) -> list[Verdict]:
    kernel = read_kernel(subject.text, subject.path, subject.kernel)
    assert kernel is not None
    right, faults = run(subject, kernel)
    assert not faults, f"{subject.path.name} {subject.kernel}: {faults}"
    before = said(subject, subject.text)
    name = f"{subject.path.stem}.{subject.kernel}"
    return [
        Verdict(name, mutant, truth(subject, mutant, right), frozenset(said(subject, mutant.text) - before))
        for mutant in chosen
    ]


def said(subject: Subject, text: str) -> set[str]:
    findings = weft.lint.findings.check(read(text, str(subject.path)))
    return {finding.code for finding in findings if finding.severity != "information"}


def truth(subject: Subject, mutant: Mutant, right: dict[str, Any]) -> frozenset[str]:
    made = read_made(mutant.text, subject.path, subject.kernel)
    if any(shared_problems(made.shared)):
        return frozenset({"shared memory"})
    kernel = read_kernel(mutant.text, subject.path, subject.kernel)
    if kernel is None:
        return frozenset({"refused"})
    try:
        written, faults = run(subject, kernel)
    except TooLong:
        return frozenset({"endless"})
    same = all(numpy.allclose(written[name], right[name], 1e-4, 1e-5, equal_nan=True) for name in right)
    return faults if same else faults | {"wrong"}


def run(subject: Subject, kernel: Kernel) -> tuple[dict[str, Any], frozenset[str]]:
    """What the kernel writes, and the faults of running it."""
    arguments = subject.arguments(kernel)
    faults = interpret(kernel, arguments, subject.geometry, steps=STEPS)
    written = {
        parameter.name: arguments[parameter.name]
        for parameter in kernel.parameters
        if getattr(parameter, "is_written", False)
    }
    return written, frozenset(fault.kind for fault in faults)
