"""The kernels that are broken: those of the examples, with small arguments made from their own signatures."""

import ast
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
from annotations import read
from weft.backends import cpu
from weft.backends.check.arithmetic import numpy_dtype
from weft.geometry import choose
from weft.model.ir import Const, Expr, Kernel, Param, ScalarParameter, Special, expressions, walk, walk_expr
from weft.model.limits import Geometry

EXAMPLES = Path(__file__).parents[2] / "examples"

# Primes, so that no tile fits without a rest; small, since every thread is interpreted.
SIZES = (19, 37, 21, 5)
# Kernels that are not broken here, and why.
LEFT_OUT = {
    "block_sums.block_sums": "its grid is fixed, and large",
}
# Where a kernel needs more than its signature says: the file, the kernel, what it is given.
GIVEN: dict[tuple[str, str], dict[str, Any]] = {
    # More than the 32 x 32 of one warp: the other three have results to write too.
    ("matmul_bf16", "matmul_bf16"): {"M": 41, "K": 37, "N": 43},
    # More than one tile: what the next one begins with is needed, too.
    ("11_convolution_1d", "convolve"): {"N": 43},
    # More keys than one round takes: what the next round writes is what the last one reads.
    ("attention", "attention"): {"H": 2, "N": 67},
}


@dataclass(frozen=True)
class Subject:
    """A kernel of a file, and a launch of it. `arguments` gives fresh arrays each time it is asked."""

    path: Path
    text: str
    kernel: str
    geometry: Geometry
    dims: dict[str, int]

    def arguments(self, kernel: Kernel) -> dict[str, Any]:
        return {parameter.name: _argument(parameter, self.dims) for parameter in kernel.parameters}


def subjects() -> Iterator[Subject]:
    for path in sorted(EXAMPLES.rglob("*.py")):
        text = path.read_text()
        if path.name != "mistakes.py" and text.isascii():
            yield from _of_file(path, text)


def read_kernel(text: str, path: Path, name: str) -> Kernel | None:
    """The IR of a kernel of a text; None where the front end refuses it."""
    for _, analysis in read(text, str(path)).kernels():
        if analysis.is_kernel and analysis.name == name:
            return analysis.ir
    return None


def read_made(text: str, path: Path, name: str) -> Kernel:
    """What the front end makes of a kernel, even if it refuses it."""
    found = (analysis for _, analysis in read(text, str(path)).kernels() if analysis.name == name)
    return next(found).made


def _of_file(path: Path, text: str) -> Iterator[Subject]:
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    for name in names:
        kernel = read_kernel(text, path, name)
        if kernel is None or f"{path.stem}.{name}" in LEFT_OUT:
            continue
        dims = _dims(kernel) | {
            key: value
            for key, value in GIVEN.get((path.stem, name), {}).items()
            if key not in ("grid", "block")
        }
        geometry = _geometry(kernel, dims, GIVEN.get((path.stem, name), {}))
        if geometry is not None:
            yield Subject(path, text, name, geometry, dims)


def _dims(kernel: Kernel) -> dict[str, int]:
    names = dict.fromkeys(
        extent.name
        for parameter in kernel.parameters
        if not isinstance(parameter, ScalarParameter)
        for extent in parameter.shape
        if isinstance(extent, Param)
    )
    return {name: SIZES[at % len(SIZES)] for at, name in enumerate(names)}


def _geometry(kernel: Kernel, dims: dict[str, int], given: dict[str, Any]) -> Geometry | None:
    if "grid" in given:
        return Geometry(given["grid"], given["block"])
    if kernel.domain is not None:
        x, y, z = (*cpu.choose_block(kernel), 1, 1)[:3]
        # A block of few threads: each is interpreted.
        return choose(kernel, dims, (min(x, 32), min(y, 4), z))
    return Geometry((1, 1, 1), (32, 1, 1)) if _uses_threads(kernel) else None


def _uses_threads(kernel: Kernel) -> bool:
    return any(
        isinstance(part, Special)
        for statement in walk(kernel.body)
        for expr in expressions(statement)
        for part in walk_expr(expr)
    )


def _argument(parameter: Any, dims: dict[str, int]) -> Any:
    random = numpy.random.default_rng(zlib.crc32(parameter.name.encode()))
    if isinstance(parameter, ScalarParameter):
        return 3 if parameter.dtype.is_integer else 0.75
    shape = tuple(_extent(extent, dims) for extent in parameter.shape)
    dtype = numpy_dtype(parameter.array.dtype)
    if parameter.array.dtype.name == "bf16":
        return (random.standard_normal(shape).astype("f4").view("u4") >> 16).astype("u2").view("u2")
    if dtype.kind == "f":
        return random.standard_normal(shape).astype(dtype)
    return random.integers(0, 5, shape).astype(dtype)


def _extent(extent: Expr, dims: dict[str, int]) -> int:
    match extent:
        case Const(value=value):
            return int(value)
        case Param(name=name):
            return dims[name]
        case _:
            raise AssertionError(f"an extent is a number or a dimension, not {extent}")
