"""Microsoft's validator reads what `weft check --format sarif` writes: the schema of SARIF 2.1.0, its rules of good use, and what
GitHub's code scanning asks beyond them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from install import sarif_multitool

ROOT = Path(__file__).parents[3]
WEFT = Path(sys.executable).with_name("weft")
# What it would like and Weft does otherwise: messages by number instead of text, the commit, addresses that the network reaches now,
# codes as `TOOL1001`, the lines around each place, names of rules beside their codes.
LEFT_OUT = {"SARIF2002", "SARIF2003", "SARIF2006", "SARIF2009", "SARIF2011", "SARIF2012"}
SUPPRESSED = """\
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def k(y: Tensor[f32, N]):
    i = weft.index(y)
    y[i, i] = 1.0  # weft: ignore[wrong-rank]
    y[i] = yy[i]
"""


def test_what_is_written_is_valid(tmp_path: Path):
    log = tmp_path / "weft.sarif"
    (tmp_path / "a #b.py").write_text(SUPPRESSED)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    written = checked(tmp_path)
    log.write_text(written)
    results = json.loads(written)["runs"][0]["results"]
    assert {"suppressions", "fixes", "relatedLocations"} <= {key for one in results for key in one}
    assert complaints(log) == []


def test_the_validator_finds_what_is_not_valid(tmp_path: Path):
    log = tmp_path / "weft.sarif"
    (tmp_path / "k.py").write_text(SUPPRESSED)
    wrong = json.loads(checked(tmp_path))
    del wrong["runs"][0]["tool"]["driver"]["rules"][0]["fullDescription"]
    wrong["runs"][0]["results"][0]["unknown"] = 1
    wrong["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    log.write_text(json.dumps(wrong))
    assert {rule for rule, _ in complaints(log)} >= {"GH2012", "JSON1005", "JSON1008"}


def checked(folder: Path) -> str:
    command = [WEFT, "check", "--no-cache", "--show-unknown", "--format", "sarif"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def complaints(log: Path) -> list[tuple[str, str]]:
    """The rule and the words of each fault that the validator finds, notes included."""
    report = log.with_suffix(".validated")
    options = [
        "--rule-kind",
        "Sarif;Gh",
        "--level",
        "Error;Warning;Note",
        "--kind",
        "Fail",
        "--output",
        str(report),
    ]
    done = subprocess.run(
        [sarif_multitool(), "validate", log, *options],
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    (run,) = json.loads(report.read_text())["runs"]
    found = [(one["ruleId"], str(one["message"])) for one in run["results"]]
    # A file that it cannot read at all passes without a word; of one that it has read it always has something to say.
    assert LEFT_OUT & {rule for rule, _ in found}, done.stdout
    return [one for one in found if one[0] not in LEFT_OUT]
