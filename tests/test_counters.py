"""benchmarks/counters.py: what it predicts, and how it reads what Nsight Compute prints. The counting needs a GPU."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
import counters

HEAD = (
    '"ID","Process ID","Process Name","Host Name","Kernel Name","Context","Stream","Block Size","Grid Size","Device","CC",'
    '"Section Name","Metric Name","Metric Unit","Metric Value"'
)
REQUESTS = 131072
WRONG_BY_A_HALF = 1.5


def printed(factor: float = 1.0) -> str:
    """What ncu would print if each prediction held, or were wrong by a factor."""
    lines = [
        "==PROF== Connected to process 4711",
        '==PROF== Profiling "shifted" - 0: 0%....100% - 3 passes',
        HEAD,
    ]
    for (kernel, what), figure in counters.predicted().items():
        parts, requests = counters.COUNTERS[what]
        first = 1 if what.startswith("shared") else 0
        for counter, value in ((parts, (figure * factor - first) * REQUESTS), (requests, REQUESTS)):
            place = f'"0","4711","python3","127.0.0.1","{kernel}(long long)","1","7","(256, 1, 1)","(16384, 1, 1)","0","9.0"'
            lines.append(f'{place},"Command line profiler metrics","{counter}","sector","{value:,.0f}"')
    return "\n".join(lines) + "\n"


def run(text: str, path: Path) -> subprocess.CompletedProcess[str]:
    path.write_text(text)
    command = [sys.executable, str(ROOT / "benchmarks" / "counters.py"), "--csv", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_predictions_are_those_of_the_textbooks():
    found = counters.predicted()
    assert found["shifted", "global loads"] == 5
    assert found["every_second", "global loads"] == 8
    assert found["turned_in_place", "global stores"] == 32
    assert found["turned_in_a_tile", "shared loads"] == 32
    assert found["turned_in_a_padded_tile", "shared loads"] == 1
    assert {figure for (name, what), figure in found.items() if "tile" in name and "global" in what} == {4}


def test_what_agrees(tmp_path: Path):
    done = run(printed(), tmp_path / "ncu.csv")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "| kernel | accesses | unit | predicted | counted | |"
    assert "| `turned_in_a_tile` | shared loads | turns per request | 32.00 | 32.00 | agrees |" in lines
    assert "| `shifted` | global loads | sectors per request | 5.00 | 5.00 | agrees |" in lines
    assert len(lines) == 2 + len(counters.predicted())


def test_what_differs(tmp_path: Path):
    done = run(printed(WRONG_BY_A_HALF), tmp_path / "ncu.csv")
    assert done.returncode == 1
    assert "| `shifted` | global loads | sectors per request | 5.00 | 7.50 | differs |" in done.stdout


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "==ERROR== ERR_NVGPUCTRPERM - The user does not have permission\n",
            "the driver gives its counters to the administrator only (ERR_NVGPUCTRPERM)",
        ),
        (
            "==ERROR== Failed to initialize the profiler: LibraryNotLoaded\n",
            "ncu says: Failed to initialize the profiler: LibraryNotLoaded",
        ),
        ("", "ncu printed no table"),
        (HEAD + "\n", "ncu reports none of the five kernels"),
    ],
)
def test_what_is_missing(text: str, why: str, tmp_path: Path):
    done = run(text, tmp_path / "ncu.csv")
    assert (done.returncode, done.stderr) == (2, f"nothing can be counted here: {why}\n")


def test_each_access_is_one_instruction():
    """So that a request of the counters is an access of the text."""
    for kernel in counters.KERNELS:
        ptx = kernel.inspect(target="sm_90")["ptx"].text
        has_tile = "tile" in kernel.python_function.__name__
        wanted = {"ld.global.f32", "st.global.f32"} | (
            {"st.shared.f32", "ld.shared.f32"} if has_tile else set()
        )
        assert set(re.findall(r"(?:ld|st)\.(?:global|shared)\S*", ptx)) == wanted
