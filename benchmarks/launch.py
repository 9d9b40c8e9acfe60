"""What a launch costs the host: Weft beside numba-cuda, CuPy, Triton, PyTorch and cuda.core, in one run.

Each peer launches `z = x + y` on 1024 floats, for tensors of PyTorch, of CuPy and of Weft itself. Rounds alternate
between Weft and a peer, and the median of their ratios is printed: below 1, Weft is the cheaper. cuda.core's launch, with
arguments that are packed before, is nearly the driver alone. Needs a GPU; exits with 2 where there is none.

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
def add(x: Tensor[f32, N], y: Tensor[f32, N], z: Tensor[f32, N]):
    i = weft.index(z)
    z[i] = x[i] + y[i]


def main() -> int:
    options = _options()
    problem = _no_gpu()
    if problem is not None:
        print(f"no GPU to measure on: {problem}", file=sys.stderr)
        return 2
    print(f"launch on {SIZE} floats, host side, {options.rounds} rounds of {options.launches}")
    for kind, tensors in _tensors().items():
        _compare(kind, tensors, options)
    return 0


def _compare(kind: str, tensors: tuple[Any, Any, Any], options: argparse.Namespace) -> None:
    configured = add[4, 256]
    ours: dict[str, Launch] = {
        f"weft, tensors of {kind}": lambda: add(*tensors),
        f"weft, tensors of {kind}, geometry given": lambda: configured(*tensors),
    }
    for name, mine in ours.items():
        print(f"{name}: {_median_us(mine, options):.2f} µs")
        for peer, launch in _peers(*tensors):
            if isinstance(launch, str):
                print(f"  {peer}: {launch}")
                continue
            theirs, ratio = _pairs(mine, launch, options)
            print(f"  {peer}: {theirs:.2f} µs, ratio {ratio:.2f}")


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


def _tensors() -> dict[str, tuple[Any, Any, Any]]:
    """Three tensors of each library that is here."""
    made: dict[str, tuple[Any, Any, Any]] = {}
    torch, cupy = _installed("torch"), _installed("cupy")
    if torch is not None:
        made["PyTorch"] = tuple(torch.ones(SIZE, device="cuda") for _ in range(3))
    if cupy is not None:
        made["CuPy"] = tuple(cupy.ones(SIZE, "f4") for _ in range(3))
    made["Weft"] = tuple(weft.full(SIZE, 1, device="cuda") for _ in range(3))
    return made


def _peers(x: Any, y: Any, z: Any) -> list[tuple[str, Launch | str]]:
    """Each peer's launch, or the words for why it has none."""
    makers = {"numba.cuda": _numba, "cupy": _cupy, "triton": _triton, "torch": _torch, "cuda.core": _core}
    return [
        (name, make(x, y, z) if _installed(name) is not None else "not installed")
        for name, make in makers.items()
    ]


def _numba(x: Any, y: Any, z: Any) -> Launch:
    from numba import cuda

    def add_floats(x, y, z):
        i = cuda.grid(1)
        if i < x.size:
            z[i] = x[i] + y[i]

    # Device arrays are numba's fastest arguments: a PyTorch tensor costs it 50 µs more.
    there = [cuda.as_cuda_array(one) for one in (x, y, z)]
    configured = cuda.jit(add_floats)[4, 256]
    return lambda: configured(*there)


_SOURCE = (
    'extern "C" __global__ void add(const float* x, const float* y, float* z, int n)'
    "{ int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) z[i] = x[i] + y[i]; }"
)


def _cupy(x: Any, y: Any, z: Any) -> Launch:
    import cupy

    kernel, n = cupy.RawKernel(_SOURCE, "add"), cupy.int32(SIZE)
    a, b, c = (cupy.asarray(one) for one in (x, y, z))
    return lambda: kernel((4,), (256,), (a, b, c, n))


def _core(x: Any, y: Any, z: Any) -> Launch:
    from ctypes import c_int

    from cuda.core import LEGACY_DEFAULT_STREAM, Device, LaunchConfig, Program, ProgramOptions, launch
    from weft.host import read_tensor

    device = Device()
    device.set_current()
    compiled = Program(_SOURCE, "c++", ProgramOptions(arch=f"sm_{device.arch}")).compile("cubin")
    kernel, config = compiled.get_kernel("add"), LaunchConfig(grid=4, block=256)
    addresses = [found.address for one in (x, y, z) if (found := read_tensor(one))]
    n = c_int(SIZE)
    return lambda: launch(LEGACY_DEFAULT_STREAM, config, kernel, *addresses, n)


def _triton(x: Any, y: Any, z: Any) -> Launch | str:
    if _installed("torch") is None:
        return "needs PyTorch, which is not installed"
    import torch
    import triton
    import triton.language as tl

    @triton.jit
    def add_floats(x, y, z, n, BLOCK: tl.constexpr):
        i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
        tl.store(z + i, tl.load(x + i, mask=i < n) + tl.load(y + i, mask=i < n), mask=i < n)

    a, b, c = (torch.as_tensor(one, device="cuda") for one in (x, y, z))
    return lambda: add_floats[(4,)](a, b, c, SIZE, BLOCK=256)


def _torch(x: Any, y: Any, z: Any) -> Launch:
    import torch

    a, b, c = (torch.as_tensor(one, device="cuda") for one in (x, y, z))
    return lambda: torch.add(a, b, out=c)


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
