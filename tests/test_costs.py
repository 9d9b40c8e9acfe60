"""benchmarks/costs.py: the linter finds the first kernel of each pair and nothing in the second, and both compute the same. How
much faster the second is, a GPU says."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import weft.lint.findings
from annotations import read
from weft.cli.rule import documentation
from weft.lint.codes import CODES

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "costs.py"
sys.path.insert(0, str(BENCHMARK.parent))
import costs

ON_A_CPU = 3072


def test_each_pair_is_found_in_its_first_kernel_alone():
    model = read(BENCHMARK.read_text())
    found: dict[str, set[str]] = {}
    for finding in weft.lint.findings.check(model):
        line = model.text.find("\n", finding.span.start)
        kernel = model.text[:line].rpartition("\ndef ")[2].partition("(")[0]
        found.setdefault(kernel, set()).add(finding.code)
    better = {pair.better.__name__ for pair in costs.PAIRS} - {pair.costly.__name__ for pair in costs.PAIRS}
    assert found == {pair.costly.__name__: {pair.code} for pair in costs.PAIRS}
    assert better.isdisjoint(found)


def test_every_cost_has_a_pair():
    costly = {code for code in CODES if "A cost, not a fault" in documentation(code)}
    assert costly <= {pair.code for pair in costs.PAIRS}


@pytest.mark.parametrize("pair", costs.PAIRS, ids=lambda pair: pair.code)
def test_both_compute_the_same(pair: costs.Pair):
    rng = np.random.default_rng(0)
    arrays = costs.Arrays(
        lambda shape: rng.random(shape, np.float32),
        lambda shape: np.zeros(shape, np.float32),
        lambda shape: rng.integers(0, costs.BINS, shape, np.int32),
        lambda shape: np.zeros(shape, np.int32),
    )
    arguments = pair.arguments(arrays, 96 if pair.size <= 8192 else ON_A_CPU)
    results: list[np.ndarray] = []
    for kernel in (pair.costly, pair.better):
        arguments[-1][:] = 0
        kernel(*arguments)
        results.append(arguments[-1].copy())
    assert results[0].any()
    np.testing.assert_allclose(*results, rtol=1e-4, atol=1e-5)


@pytest.mark.gpu
def test_it_measures(tmp_path: Path):
    table = tmp_path / "table.md"
    command = [sys.executable, str(BENCHMARK), "--rounds", "1", "--only", "bank", "--output", str(table)]
    subprocess.run(command, check=True, timeout=120)
    assert "| `bank-conflict` |" in table.read_text()
