"""`python tests/truth` measures the linter on every mutant of every example, and writes docs/truth.md."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(Path(__file__).parent)]

from measure import COVERED, Verdict, verdicts_of
from operators import mutants
from subjects import LEFT_OUT, subjects

# Mutants that one process takes at a time.
_PART = 20

HEAD = """\
# How right the linter is

Each example is broken in one place at a time, and each broken kernel is run by the back end that checks
(`weft.backends.check`), which watches every access: that, and not the linter, says what is wrong with it. Sizes are primes, so
that no tile fits without a rest. Made by `python tests/truth`; `tests/truth/test_truth.py` runs a part of it.

"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/truth", description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="only kernels of these examples: the page is printed, not written"
    )
    names = parser.parse_args().names
    found = list(_measured(names))
    if names:
        print("\n".join(_lines(found)))
        return
    path = ROOT / "docs" / "truth.md"
    path.write_text(HEAD + "\n".join(_lines(found)) + "\n", encoding="utf-8")
    print(f"{len(found)} mutants; {path.relative_to(ROOT)} is written")


def _measured(names: list[str]) -> Iterator[Verdict]:
    """The verdicts on all mutants, or those of some examples, a few at a time in as many processes as there are processors; each part is told as it is done."""
    chosen = [
        (subject, list(mutants(subject.text, subject.kernel)))
        for subject in subjects()
        if not names or subject.path.stem in names
    ]
    parts = [
        (subject, every[at : at + _PART]) for subject, every in chosen for at in range(0, len(every), _PART)
    ]
    with ProcessPoolExecutor() as pool:
        for number, part in enumerate(pool.map(verdicts_of, *zip(*parts, strict=True)), 1):
            print(f"{number} of {len(parts)}: {part[0].subject}", file=sys.stderr, flush=True)
            yield from part


def _lines(found: list[Verdict]) -> list[str]:
    equivalent = [verdict for verdict in found if verdict.is_equivalent]
    false = [verdict for verdict in equivalent if verdict.said]
    lines = [
        (
            f"{len(found)} mutants of {len({verdict.subject for verdict in found})} kernels. {len(equivalent)} of them still do "
            f"the same; the linter says something of {len(false)} of those."
        ),
        "",
        "| what running it shows | mutants | found | recall | codes |",
        "|---|---|---|---|---|",
    ]
    for fault, codes in COVERED.items():
        have = [verdict for verdict in found if fault in verdict.truth]
        hits = sum(verdict.is_found(fault) for verdict in have)
        share = f"{hits / len(have):.0%}" if have else "-"
        lines.append(
            f"| {fault} | {len(have)} | {hits} | {share} | {', '.join(f'`{code}`' for code in sorted(codes))} |"
        )
    faulty = [verdict for verdict in found if verdict.truth & COVERED.keys()]
    told = sum(any(verdict.is_found(fault) for fault in verdict.truth & COVERED.keys()) for verdict in faulty)
    share = f" ({told / len(faulty):.1%})" if faulty else ""
    lines += [
        "",
        (
            f"{len(faulty)} mutants have one of these faults, many of them two: of {told}{share} the linter says at "
            "least one."
        ),
    ]
    left_out = "; ".join(f"`{name}`, since {reason}" for name, reason in LEFT_OUT.items())
    lines += ["", f"Left out: {left_out}."]
    return [
        *lines,
        "",
        *_others(found),
        "",
        *_rules(found),
        "",
        *_operators(found),
        "",
        *_exceptions(found, false),
    ]


def _rules(found: list[Verdict]) -> list[str]:
    """Of each code, how often it was said of a mutant and not of the right kernel, and how often rightly."""
    lines = [
        "| rule | mutants of which it says something | that have its fault | that still do the same | precision |",
        "|---|---|---|---|---|",
    ]
    for code in sorted({code for verdict in found for code in verdict.said}):
        faults = {fault for fault, codes in COVERED.items() if code in codes}
        have = [verdict for verdict in found if code in verdict.said]
        # What no run shows, such as what a barrier costs, is right where the mutant is no longer the same kernel.
        hits = sum(bool(verdict.truth & faults if faults else verdict.truth) for verdict in have)
        false = sum(verdict.is_equivalent for verdict in have)
        shown = str(hits) if faults else "-"
        lines.append(f"| `{code}` | {len(have)} | {shown} | {false} | {1 - false / len(have):.0%} |")
    return lines


def _others(found: list[Verdict]) -> list[str]:
    only = Counter(next(iter(verdict.truth)) for verdict in found if len(verdict.truth) == 1)
    return [
        (
            f"{only['wrong']} mutants only compute something else, which no rule can know, {only['refused']} are refused by the front "
            f"end, and {only['endless']} do not end."
        ),
    ]


def _operators(found: list[Verdict]) -> list[str]:
    lines = [
        "| operator | mutants | still right | with a fault that a rule covers | found |",
        "|---|---|---|---|---|",
    ]
    for operator in dict.fromkeys(verdict.mutant.operator for verdict in found):
        have = [verdict for verdict in found if verdict.mutant.operator == operator]
        faulty = [verdict for verdict in have if verdict.truth & COVERED.keys()]
        hits = sum(
            all(verdict.is_found(fault) for fault in verdict.truth & COVERED.keys()) for verdict in faulty
        )
        right = sum(verdict.is_equivalent for verdict in have)
        lines.append(f"| {operator} | {len(have)} | {right} | {len(faulty)} | {hits} |")
    return lines


def _exceptions(found: list[Verdict], false: list[Verdict]) -> list[str]:
    missed = [
        (verdict, fault)
        for verdict in found
        for fault in verdict.truth & COVERED.keys()
        if not verdict.is_found(fault)
    ]
    lines = ["## Not found", ""]
    lines += [f"* {fault}: {verdict.subject}, {verdict.mutant.what}" for verdict, fault in missed] or [
        "Nothing."
    ]
    lines += ["", "## Found where nothing is wrong", ""]
    return lines + (
        [
            f"* {', '.join(sorted(verdict.said))}: {verdict.subject}, {verdict.mutant.what}"
            for verdict in false
        ]
        or ["Nothing."]
    )


if __name__ == "__main__":
    main()
