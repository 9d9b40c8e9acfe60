"""Kernels on a GPU: Weft beside PyTorch, in one run.

Rounds alternate between the two, timed with CUDA events; the median of the ratios of their times is printed: 1 is as fast
as PyTorch, above 1 is faster. Results are compared first. Needs a GPU and PyTorch; exits with 2 where there is none.

    python benchmarks/gpu.py [--rounds 30] [--only sum]
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import weft
from weft import Tensor, f32
from weft.dims import N

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

Run = Callable[[], object]


@weft.kernel
def add(x: Tensor[f32, N], y: Tensor[f32, N], z: Tensor[f32, N]):
    i = weft.index(z)
    z[i] = x[i] + y[i]


@dataclass(frozen=True)
class Case:
    """What both compute. ours returns nothing: it fills `result`; work: in billions, of `unit`, for one run."""

    name: str
    ours: Run
    theirs: Run
    result: Any
    work: float
    unit: str
    tolerance: float


def main() -> int:
    parser = argparse.ArgumentParser(description="Kernels on a GPU: Weft beside PyTorch.")
    parser.add_argument("--rounds", type=int, default=30, help="pairs to time")
    parser.add_argument("--only", default="", help="only cases whose names contain this")
    options = parser.parse_args()
    torch = torch_here()
    if isinstance(torch, str):
        print(f"no GPU to measure on: {torch}", file=sys.stderr)
        return 2
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, Weft {weft.__version__}")
    wrong = 0
    for make in (_add, _softmax, _transpose, _sum, _matmul):
        if options.only not in make.__name__:
            continue
        case = make(torch)
        difference = _difference(torch, case)
        wrong += difference > case.tolerance
        ours, theirs, ratio = _pairs(torch, case, options.rounds)
        print(
            f"{case.name}: Weft {ours * 1e3:.1f} µs ({case.work / ours:.0f} {case.unit}), PyTorch {theirs * 1e3:.1f} µs "
            f"({case.work / theirs:.0f} {case.unit}), {ratio:.2f} of PyTorch's speed; largest difference {difference:.1e}",
            flush=True,
        )
    return 1 if wrong else 0


def torch_here() -> Any:
    """PyTorch, or why it cannot be measured with."""
    try:
        torch = import_module("torch")
    except ModuleNotFoundError:
        return "PyTorch is not installed"
    return torch if torch.cuda.is_available() else "PyTorch finds no GPU"


def _add(torch: Any) -> Case:
    x, y, z = (torch.rand(2**27, device="cuda") for _ in range(3))
    out = torch.empty_like(z)
    return Case(
        "f32 add of 2^27",
        lambda: add(x, y, z),
        lambda: torch.add(x, y, out=out),
        z,
        12 * 2**27 / 1e6,
        "GB/s",
        0,
    )


def _softmax(torch: Any) -> Case:
    kernel = import_module("softmax_rows").softmax_rows
    x = torch.randn(8192, 8192, device="cuda")
    y = torch.empty_like(x)
    return Case(
        "f32 softmax of 8192 x 8192",
        lambda: kernel(x, y),
        lambda: torch.softmax(x, 1),
        y,
        8 * 2**26 / 1e6,
        "GB/s",
        1e-6,
    )


def _transpose(torch: Any) -> Case:
    kernel = import_module("transpose").transpose
    x = torch.rand(8192, 8192, device="cuda")
    y = torch.empty_like(x)
    return Case(
        "f32 transpose of 8192 x 8192",
        lambda: kernel(x, y),
        lambda: x.t().contiguous(),
        y,
        8 * 2**26 / 1e6,
        "GB/s",
        0,
    )


def _sum(torch: Any) -> Case:
    module = import_module("block_sums")
    x = torch.rand(2**26, device="cuda")
    sums, y = torch.empty(module.BLOCKS, device="cuda"), torch.empty(1, device="cuda")

    def run() -> None:
        module.block_sums(x, sums)
        module.sum_of_few(sums, y)

    return Case("f32 sum of 2^26", run, lambda: torch.sum(x).reshape(1), y, 4 * 2**26 / 1e6, "GB/s", 64)


def _matmul(torch: Any) -> Case:
    kernel = import_module("matmul_warpgroup").matmul_bf16
    a, b = (torch.randn(4096, 4096, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    c = torch.empty_like(a)
    return Case(
        "bf16 matmul of 4096", lambda: kernel(a, b, c), lambda: a @ b, c, 2 * 4096**3 / 1e9, "TFLOP/s", 2.0
    )


def _difference(torch: Any, case: Case) -> float:
    case.ours()
    expected = case.theirs()
    torch.cuda.synchronize()
    return float((case.result.float() - expected.float()).abs().max())  # pyright: ignore[reportAttributeAccessIssue]


def _pairs(torch: Any, case: Case, rounds: int) -> tuple[float, float, float]:
    """The median milliseconds of each, and of the ratios of PyTorch's time to Weft's."""
    for run in (case.ours, case.theirs) * 3:
        milliseconds(torch, run)
    pairs = [(milliseconds(torch, case.ours), milliseconds(torch, case.theirs)) for _ in range(rounds)]
    ours, theirs = zip(*pairs, strict=True)
    return median(ours), median(theirs), median(their / our for our, their in pairs)


def milliseconds(torch: Any, run: Run, repeats: int = 10) -> float:
    """Of one run, the mean of several in a row, so that the launches before hide the host's part."""
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(repeats):
        run()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / repeats


if __name__ == "__main__":
    sys.exit(main())
