"""How fast `weft check` is: 1,000 files of kernels, beside pyright on the same files.

    python benchmarks/lint.py [--files 1000] [--rounds 3] [--output FILE]

The files are the examples and the puzzles, with the kernels' names changed. Measured: a first run and a second with the cache, both as whole
processes; memory at its highest; time for half as many files, since it should be half; two runs at once on one cache; one file
as pre-commit runs it. pyright reads the same files right after each first run, so that both meet the same load: what is told is
the median of the pairs. Each is run as its users run it, and once more with one process, and with as many as there are processors
(`weft check --jobs N`, `pyright --threads N`).
"""

import argparse
import compileall
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import weft as weft_package

EXAMPLES = Path(__file__).parents[1] / "examples"
BIN = Path(sys.executable).parent
_ROUNDS = 15


@dataclass(frozen=True)
class Took:
    seconds: float
    peak_mb: float
    status: int
    output: str


def files(folder: Path, count: int) -> None:
    """`count` files of kernels, each with other names, so that nothing is read once for all."""
    texts = [path.read_text() for path in sorted(EXAMPLES.rglob("*.py")) if path.name != "mistakes.py"]
    for number in range(count):
        text = texts[number % len(texts)]
        names = "|".join(re.findall(r"^def (\w+)", text, re.MULTILINE))
        (folder / f"kernel_{number}.py").write_text(
            re.sub(rf"(?<!\.)\b({names})\b(?!=)", rf"\g<1>_{number}", text)
        )


def run(folder: Path, *command: str) -> Took:
    """One process in `folder`, with its own memory measured (the largest of it and its children)."""
    measured = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(done.returncode)"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", measured, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    return Took(seconds, int(done.stderr.split()[-1]) / 1024, done.returncode, done.stdout)


def seconds(folder: Path, *command: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - start


def as_pre_commit_makes(folder: Path) -> str:
    """The Python of an environment with Weft and nothing else, installed as pip does it: with its bytecode."""
    venv.create(folder)
    python = folder / "bin" / "python"
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run(
        [python, "-c", script], capture_output=True, text=True, check=True
    ).stdout.strip()
    shutil.copytree(Path(weft_package.__file__).parent, Path(packages) / "weft")
    compileall.compile_dir(packages, quiet=1)
    return str(python)


def weft(folder: Path, *arguments: str) -> Took:
    return run(folder, str(BIN / "weft"), "check", *arguments)


def first_run(folder: Path, *arguments: str) -> Took:
    shutil.rmtree(folder / ".weft_cache", ignore_errors=True)
    return weft(folder, *arguments)


def pyright(folder: Path, *arguments: str) -> Took:
    return run(folder, str(BIN / "pyright"), "--pythonpath", sys.executable, *arguments, ".")


@dataclass(frozen=True)
class Pair:
    """`weft check` and pyright, one right after the other, on the same files."""

    ours: float
    pyright: float

    @property
    def ratio(self) -> float:
        return self.pyright / self.ours


def paired(folder: Path, ours: Sequence[str], theirs: Sequence[str], rounds: int) -> list[Pair]:
    return [Pair(first_run(folder, *ours).seconds, pyright(folder, *theirs).seconds) for _ in range(rounds)]


def pair_rows(name: str, pairs: Sequence[Pair], count: int) -> list[tuple[str, str]]:
    ours = statistics.median(one.ours for one in pairs)
    theirs = statistics.median(one.pyright for one in pairs)
    ratio = statistics.median(one.ratio for one in pairs)
    return [
        (f"{name}: `weft check`", f"{ours:.2f} s, {ours / count * 1000:.2f} ms a file"),
        (f"{name}: pyright", f"{theirs:.2f} s, {theirs / count * 1000:.2f} ms a file"),
        (f"{name}: pyright / `weft check`, median of {len(pairs)} pairs", f"{ratio:.1f}"),
    ]


def two_at_once(folder: Path) -> str:
    """Whether two runs on one cache say what one says."""
    shutil.rmtree(folder / ".weft_cache", ignore_errors=True)
    command = [str(BIN / "weft"), "check"]
    both = [subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = {process.communicate()[0] for process in both} | {weft(folder).output}
    return "the same" if len(said) == 1 else "NOT the same"


def median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(_ROUNDS))


def rows(count: int, rounds: int) -> list[tuple[str, str]]:
    processors = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as half_name:
        folder, half = Path(name), Path(half_name)
        files(folder, count)
        files(half, count // 2)
        compileall.compile_dir(Path(weft_package.__file__).parent, quiet=1)  # as pip does
        as_run = paired(folder, [], [], rounds)
        single = paired(folder, ["--jobs", "1"], [], rounds)
        spread = paired(folder, ["--jobs", str(processors)], ["--threads", str(processors)], rounds)
        cold, cold_half = first_run(folder, "--jobs", "1"), first_run(half, "--jobs", "1")
        weft(folder)
        cached = median(lambda: weft(folder).seconds)
        python = as_pre_commit_makes(half / "environment")
        check = (python, "-m", "weft", "check", "--no-cache", "kernel_0.py")
        one, start = (
            median(lambda: seconds(folder, *check)),
            median(lambda: seconds(folder, python, "-c", "")),
        )
        together = two_at_once(folder)
    return [
        ("files", f"{count:,}"),
        *pair_rows("as they are run by default", as_run, count),
        *pair_rows("one process each", single, count),
        *pair_rows(f"{processors} processes or threads each", spread, count),
        ("first run, one process: all / half of the files", f"{cold.seconds / cold_half.seconds:.2f}"),
        ("second run, with the cache", f"{cached:.2f} s"),
        (
            "memory at its highest, one process: all, half of the files",
            f"{cold.peak_mb:.0f} MB, {cold_half.peak_mb:.0f} MB",
        ),
        ("two runs at once, and one after them, say", together),
        (
            "one file as pre-commit runs it, whole process",
            f"{one * 1000:.0f} ms, of which Python's own start {start * 1000:.0f} ms",
        ),
    ]


def versions() -> str:
    pyright_version = subprocess.run(
        [str(BIN / "pyright"), "--version"], capture_output=True, text=True, check=False
    ).stdout.split()
    return f"Weft {version('weft')}, pyright {pyright_version[-1] if pyright_version else '?'}, Python {platform.python_version()}"


def processor() -> str:
    """The processor's name, as far as the system tells."""
    try:
        names = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        names = []
    return (
        f"{os.cpu_count()} processors ({names[0] if names else platform.processor() or platform.machine()})"
    )


def table(found: Sequence[tuple[str, str]]) -> str:
    load = f"Load of the machine at the end: {os.getloadavg()[0]:.1f}."
    head = [f"# `weft check`, {time.strftime('%Y-%m-%d')}", "", f"{processor()}. {versions()}."]
    return "\n".join(
        [*head, "", "| what | measured |", "|---|---|", *(f"| {a} | {b} |" for a, b in found), "", load]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3, help="how many pairs of runs")
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    text = table(rows(given.files, given.rounds))
    print(text)
    if given.output:
        given.output.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
