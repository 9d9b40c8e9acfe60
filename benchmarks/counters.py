"""What the linter says of memory accesses, beside the hardware's counters: five kernels, in one run.

For each kernel: transactions of 32 bytes per request of a warp (global loads and stores), and turns per request (shared loads and
stores), as `weft check` and the hover predict them, and as Nsight Compute counts them. Starts itself under `ncu`. Needs a
GPU, PyTorch or CuPy, and `ncu` with access to the counters; exits with 2, and says which, where one is missing. Exits
with 1 if a prediction is off by more than a twentieth.

    python benchmarks/counters.py [--csv FILE]     # --csv: read what ncu printed before, and run nothing
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from glob import glob
from importlib import import_module
from pathlib import Path
from statistics import fmean
from typing import Any

import weft
from weft import Tensor, f32
from weft.dims import M, N
from weft.lint.block.observe import inner_block
from weft.lint.block.warp import conflict_degree, fullest, sectors, wide
from weft.model.project import Project
from weft.ops.dialect import DIALECT

SIDE = 2048
TILE = 32
BLOCK = 256
TOLERANCE = 0.05
_LIMIT_SECONDS = 55


@weft.kernel
def shifted(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, BLOCK)
    y[i] = x[i + 1]


@weft.kernel
def every_second(x: Tensor[f32, M], y: Tensor[f32, N]):
    i = weft.tile_index(y, BLOCK)
    y[i] = x[2 * i]


@weft.kernel
def turned_in_place(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.tile_index(x, (TILE, TILE))
    y[col, row] = x[row, col]


@weft.kernel
def turned_in_a_tile(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.tile_index(x, (TILE, TILE))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    tile = weft.shared(f32, (TILE, TILE))
    tile[ty, tx] = x[row, col]
    weft.barrier()
    y[weft.block_idx.x * TILE + ty, weft.block_idx.y * TILE + tx] = tile[tx, ty]


@weft.kernel
def turned_in_a_padded_tile(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    row, col = weft.tile_index(x, (TILE, TILE))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    tile = weft.shared(f32, (TILE, TILE + 1))
    tile[ty, tx] = x[row, col]
    weft.barrier()
    y[weft.block_idx.x * TILE + ty, weft.block_idx.y * TILE + tx] = tile[tx, ty]


KERNELS = (shifted, every_second, turned_in_place, turned_in_a_tile, turned_in_a_padded_tile)
NAMES = tuple(kernel.python_function.__name__ for kernel in KERNELS)

# What is compared: its name, the counter of its parts and that of its requests.
GLOBAL = "l1tex__t_{part}_pipe_lsu_mem_global_op_{op}.sum"
CONFLICTS = "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{op}.sum"
SHARED = "smsp__inst_executed_op_shared_{op}.sum"
COUNTERS: Mapping[str, tuple[str, str]] = {
    "global loads": (GLOBAL.format(part="sectors", op="ld"), GLOBAL.format(part="requests", op="ld")),
    "global stores": (GLOBAL.format(part="sectors", op="st"), GLOBAL.format(part="requests", op="st")),
    "shared loads": (CONFLICTS.format(op="ld"), SHARED.format(op="ld")),
    "shared stores": (CONFLICTS.format(op="st"), SHARED.format(op="st")),
}


@dataclass(frozen=True)
class Row:
    """One figure of one kernel. counted: None where the profiler told nothing."""

    kernel: str
    what: str
    predicted: float
    counted: float | None

    @property
    def is_right(self) -> bool:
        return self.counted is not None and abs(self.predicted - self.counted) <= TOLERANCE * self.predicted


class Missing(Exception):
    """Why nothing can be counted here."""


def main() -> int:
    parser = argparse.ArgumentParser(description="The linter's costs beside the hardware's counters.")
    parser.add_argument("--csv", help="read what ncu printed before, and run nothing")
    parser.add_argument("--launch", action="store_true", help="only launch the kernels (ncu does so)")
    options = parser.parse_args()
    try:
        if options.launch:
            launch()
            return 0
        text = Path(options.csv).read_text(encoding="utf-8") if options.csv else profiled()
        found = list(rows(counted(text)))
    except Missing as error:
        print(f"nothing can be counted here: {error}", file=sys.stderr)
        return 2
    print(table(found))
    return 0 if all(row.is_right for row in found) else 1


def predicted() -> dict[tuple[str, str], float]:
    """Of each kernel and kind of access, from the text of this file: no GPU is asked."""
    path = Path(__file__)
    model = Project(DIALECT).read(str(path), path.read_text(encoding="utf-8"))
    analyses = {analysis.name: analysis for _, analysis in model.kernels()}
    return {(name, what): figure for name in NAMES for what, figure in _costs(analyses[name])}


def _costs(analysis: Any) -> Iterator[tuple[str, float]]:
    ran = inner_block(analysis)
    assert ran is not None
    for space in ("global", "shared"):
        for kind, plural in (("read", "loads"), ("write", "stores")):
            touches = [touch for touch in ran.touches if (touch.array.space, touch.kind) == (space, kind)]
            figures: list[float] = []
            for touch, size_bytes in wide(touches):
                elements = fullest(touch, ran.trial.threads)
                turns = conflict_degree(elements, size_bytes)
                figures.append(len(sectors(elements, size_bytes)) if space == "global" else turns)
            if figures:
                yield f"{space} {plural}", fmean(figures)


def rows(found: Mapping[tuple[str, str], float]) -> Iterator[Row]:
    """found: the sum of each counter for each kernel."""
    for (kernel, what), figure in predicted().items():
        parts, requests = (found.get((kernel, counter)) for counter in COUNTERS[what])
        # Each request takes one turn, and one more for each conflict.
        first = 1 if what.startswith("shared") else 0
        ratio = first + parts / requests if parts is not None and requests else None
        yield Row(kernel, what, figure, ratio)


def table(found: Iterable[Row]) -> str:
    lines = [
        "| kernel | accesses | unit | predicted | counted | |",
        "|---|---|---|---|---|---|",
    ]
    for row in found:
        unit = "turns per request" if row.what.startswith("shared") else "sectors per request"
        number = f"{row.counted:.2f}" if row.counted is not None else "-"
        verdict = "agrees" if row.is_right else "differs"
        lines.append(f"| `{row.kernel}` | {row.what} | {unit} | {row.predicted:.2f} | {number} | {verdict} |")
    return "\n".join(lines)


def counted(text: str) -> dict[tuple[str, str], float]:
    """What `ncu --csv` printed, a line for each counter of each launch, as sums by kernel and counter."""
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith('"ID"')), None)
    if start is None:
        raise Missing(_reason(text))
    found: dict[tuple[str, str], float] = {}
    for line in csv.DictReader(lines[start:]):
        name = _kernel(line.get("Kernel Name") or "")
        value = (line.get("Metric Value") or "").replace(",", "")
        if name and value.replace(".", "", 1).isdigit():
            key = (name, line["Metric Name"])
            found[key] = found.get(key, 0.0) + float(value)
    if not found:
        raise Missing("ncu reports none of the five kernels")
    return found


def _kernel(symbol: str) -> str | None:
    """Which kernel a symbol of a cubin is; the longest name that it holds."""
    return max((name for name in NAMES if name in symbol), key=len, default=None)


def _reason(text: str) -> str:
    if "ERR_NVGPUCTRPERM" in text:
        return "the driver gives its counters to the administrator only (ERR_NVGPUCTRPERM)"
    said = [line for line in text.splitlines() if line.startswith("==ERROR==") or "not" in line]
    return f"ncu says: {said[0].removeprefix('==ERROR==').strip()}" if said else "ncu printed no table"


def profiled() -> str:
    ncu = _ncu()
    metrics = ",".join(counter for pair in COUNTERS.values() for counter in pair)
    command = [ncu, "--clock-control", "none", "--metrics", metrics, "--csv"]
    command += [
        "--kernel-name",
        f"regex:{'|'.join(NAMES)}",
        sys.executable,
        str(Path(__file__).resolve()),
        "--launch",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Missing(f"ncu was not done after {_LIMIT_SECONDS} s") from None
    if done.returncode and '"ID"' not in done.stdout:
        raise Missing(_reason(done.stdout + done.stderr))
    return done.stdout


def _ncu() -> str:
    places = [os.environ.get("NCU", ""), shutil.which("ncu") or ""]
    places += ["/usr/local/cuda/bin/ncu", *sorted(glob("/opt/nvidia/nsight-compute/*/ncu"), reverse=True)]
    for place in places:
        if place and os.path.isfile(place):
            return place
    raise Missing("Nsight Compute's `ncu` is not installed (set NCU to where it is)")


def launch() -> None:
    """Each kernel once, on arrays of PyTorch or of CuPy."""
    zeros = _zeros()
    shifted(zeros(SIDE * SIDE), zeros(SIDE * SIDE))
    every_second(zeros(2 * SIDE * SIDE), zeros(SIDE * SIDE))
    for kernel in (turned_in_place, turned_in_a_tile, turned_in_a_padded_tile):
        kernel(zeros(SIDE, SIDE), zeros(SIDE, SIDE))


def _zeros() -> Callable[..., object]:
    """What makes an array of zeros of a shape on the GPU."""
    torch, cupy = _library("torch"), _library("cupy")
    if torch is not None and torch.cuda.is_available():
        return partial(torch.zeros, device="cuda")
    if cupy is None:
        raise Missing("neither PyTorch with a GPU nor CuPy is installed")
    return lambda *shape: cupy.zeros(shape, "float32")


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
