"""What a launch costs the host: Weft beside numba-cuda, CuPy, Triton and PyTorch, in one run.

Each peer launches `y = x + y` on 1024 floats. Rounds alternate between Weft and a peer, and the median of their
ratios is printed: below 1, Weft is the cheaper. Needs a GPU; exits with 2 where there is none.

    python benchmarks/launch.py [--rounds 15] [--launches 2000]
"""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from statistics import median
from time import perf_counter
from typing import Any

import weft
from weft import Tensor, f32

Launch = Callable[[], object]

SIZE = 1024


class N(weft.Dim): ...


@weft.kernel
def add(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = x[i] + y[i]


def main() -> int:
    options = _options()
    problem = _no_gpu()
    if problem is not None:
        print(f"no GPU to measure on: {problem}", file=sys.stderr)
        return 2
    arrays, kind = _arrays()
    if arrays is None:
        print(
            "neither PyTorch nor CuPy is installed, and one is needed to make arrays on the GPU",
            file=sys.stderr,
        )
        return 2
    x, y = arrays
    ours: dict[str, Launch] = {
        "weft": lambda: add(x, y),
        "weft, geometry given": _given(x, y),
    }
    print(f"launch on {SIZE} floats of {kind}, host side, {options.rounds} rounds of {options.launches}")
    for name, mine in ours.items():
        print(f"{name}: {_median_us(mine, options):.2f} µs")
        for peer, launch in _peers(x, y):
            if isinstance(launch, str):
                print(f"  {peer}: {launch}")
                continue
            theirs, ratio = _pairs(mine, launch, options)
            print(f"  {peer}: {theirs:.2f} µs, ratio {ratio:.2f}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--launches", type=int, default=2000)
    return parser.parse_args()


def _no_gpu() -> str | None:
    try:
        from weft.backends.cuda import arch_of

        arch_of(-1)
    except weft.UnsupportedError as error:
        return str(error)
    return None


def _arrays() -> tuple[tuple[Any, Any] | None, str]:
    torch, cupy = _installed("torch"), _installed("cupy")
    if torch is not None:
        return (torch.ones(SIZE, device="cuda"), torch.ones(SIZE, device="cuda")), "PyTorch"
    if cupy is not None:
        return (cupy.ones(SIZE, "f4"), cupy.ones(SIZE, "f4")), "CuPy"
    return None, ""


def _given(x: Any, y: Any) -> Launch:
    configured = add[4, 256]
    return lambda: configured(x, y)


def _peers(x: Any, y: Any) -> list[tuple[str, Launch | str]]:
    """Each peer's launch, or the words for why it has none."""
    makers = {"numba.cuda": _numba, "cupy": _cupy, "triton": _triton, "torch": _torch}
    return [
        (name, make(x, y) if _installed(name) is not None else "not installed")
        for name, make in makers.items()
    ]


def _numba(x: Any, y: Any) -> Launch:
    from numba import cuda

    def add_floats(x, y):
        i = cuda.grid(1)
        if i < x.size:
            y[i] = x[i] + y[i]

    # Device arrays are numba's fastest arguments: a PyTorch tensor costs it 50 µs more.
    there = cuda.as_cuda_array(x), cuda.as_cuda_array(y)
    configured = cuda.jit(add_floats)[4, 256]
    return lambda: configured(*there)


def _cupy(x: Any, y: Any) -> Launch:
    import cupy

    source = (
        'extern "C" __global__ void add(const float* x, float* y, int n)'
        "{ int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) y[i] = x[i] + y[i]; }"
    )
    kernel, a, b, n = cupy.RawKernel(source, "add"), cupy.asarray(x), cupy.asarray(y), cupy.int32(SIZE)
    return lambda: kernel((4,), (256,), (a, b, n))


def _triton(x: Any, y: Any) -> Launch | str:
    if _installed("torch") is None:
        return "needs PyTorch, which is not installed"
    import triton
    import triton.language as tl

    @triton.jit
    def add_floats(x, y, n, BLOCK: tl.constexpr):
        i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
        tl.store(y + i, tl.load(x + i, mask=i < n) + tl.load(y + i, mask=i < n), mask=i < n)

    return lambda: add_floats[(4,)](x, y, SIZE, BLOCK=256)


def _torch(x: Any, y: Any) -> Launch:
    import torch

    a, b = torch.as_tensor(x, device="cuda"), torch.as_tensor(y, device="cuda")
    return lambda: torch.add(a, b, out=b)


def _installed(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        return None


def _pairs(mine: Launch, theirs: Launch, options: argparse.Namespace) -> tuple[float, float]:
    """The peer's median in µs, and the median of the ratios of neighbouring rounds."""
    _warm_up(mine), _warm_up(theirs)
    pairs = [
        (_round_us(mine, options.launches), _round_us(theirs, options.launches))
        for _ in range(options.rounds)
    ]
    return median(b for _, b in pairs), median(a / b for a, b in pairs)


def _median_us(launch: Launch, options: argparse.Namespace) -> float:
    _warm_up(launch)
    return median(_round_us(launch, options.launches) for _ in range(options.rounds))


def _warm_up(launch: Launch) -> None:
    for _ in range(100):
        launch()


def _round_us(launch: Launch, launches: int) -> float:
    """The host's time for a launch, while the GPU's queue is never full."""
    _synchronize()
    total = 0.0
    for _ in range(max(1, launches // 500)):
        start = perf_counter()
        for _ in range(500):
            launch()
        total += perf_counter() - start
        _synchronize()
    return total / (max(1, launches // 500) * 500) * 1e6


def _synchronize() -> None:
    from cuda.core import Device

    device = Device()
    device.set_current()
    device.sync()


if __name__ == "__main__":
    sys.exit(main())
