"""What the examples become: no 64-bit index arithmetic where 32 bits suffice, and a guard only where nothing is proved."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from weft.inspect import Settings, assumed, inspect
from weft.model.ir import Do, Kernel, Load, Store, expressions, walk, walk_expr
from weft.model.project import Project
from weft.ops.dialect import DIALECT

EXAMPLES = Path(__file__).parents[2] / "examples"
# Addresses are 64 bits wide: a base, an offset that is widened as it is scaled or shifted, and their sum.
ADDRESSES = re.compile(r"(?:ld|st|atom|red)\.|(?:add|shl|mul\.wide|mad\.wide|cvta|mov|cvt)\b|cp\.async")
# What else is 64 bits wide, and is no index: a float and its place in one number, and the signed half of `N // 4`, which
# the compiler rounds with one wide shift.
WIDE_VALUES = {"argmax.argmax": r"(?:bfi|max)\.", "block_sums.block_sums": r"shr\."}
WIDE = re.compile(r"\.[sub]64\b")


@cache
def kernels() -> dict[str, Kernel]:
    found: dict[str, Kernel] = {}
    for path in sorted(EXAMPLES.glob("*.py")):
        if path.name != "mistakes.py":
            model = Project(DIALECT, [str(EXAMPLES)]).read(str(path), path.read_text("utf-8"))
            for start, kernel in model.kernels():
                if kernel.is_kernel and kernel.ir is not None and not kernel.unknown:
                    starts = tuple(at - start for at in model.lines.starts)
                    found[f"{path.stem}.{kernel.name}"] = replace(kernel.ir, line_starts=starts)
    return found


def guards(kernel: Kernel) -> Iterator[object]:
    """The guards of a kernel's accesses."""
    for statement in walk(kernel.body):
        if isinstance(statement, Store | Do) and statement.guard is not None:
            yield statement.guard
        for expression in expressions(statement):
            for part in walk_expr(expression):
                if isinstance(part, Load) and part.guard is not None:
                    yield part.guard


# How many accesses of each example are not proved inside, and why.
GUARDS = {
    # A value that was read is an index into the bins, and the bins are not known to be as many as the threads.
    "histogram.histogram": 2,
    # The ragged edges of two tiles that are read, and of the one that is written.
    "matmul.matmul": 3,
    "saxpy.saxpy": 0,
    # The first element of a row that may be empty.
    "softmax.softmax": 1,
    # The ragged edges of the tile that is read and of the one that is written, four rows of each.
    "transpose.transpose": 8,
}


@pytest.mark.parametrize("name", GUARDS)
def test_guards_are_counted(name: str):
    assert len(list(guards(kernels()[name]))) == GUARDS[name]


@pytest.mark.parametrize("name", kernels())
def test_indices_are_32_bits_wide(name: str):
    settings = Settings("sm_90", frozenset({"ptx"}))
    kernel = kernels()[name]
    ptx = inspect(kernel, assumed(kernel, settings), settings)["ptx"].text
    instructions = [line.strip().removeprefix("@%p1 ") for line in ptx.splitlines() if line.startswith(" ")]
    wide = [line for line in instructions if WIDE.search(line.split()[0]) and not line.startswith(".")]
    assert wide, "the addresses at least are seen"
    values = re.compile(WIDE_VALUES.get(name, r"(?!)"))
    assert [line for line in wide if not ADDRESSES.match(line) and not values.match(line)] == []


def test_indices_are_64_bits_wide_where_they_must_be():
    """The test above would see them."""
    settings = Settings("sm_90", frozenset({"ptx"}), index_bits=64)
    kernel = kernels()["matmul.matmul"]
    ptx = inspect(kernel, assumed(kernel, settings), settings)["ptx"].text
    assert re.search(r"\b(?:mul|mad)\.lo\.s64\b", ptx)
