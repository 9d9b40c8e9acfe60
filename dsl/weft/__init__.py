"""Weft: GPU kernels in Python."""

from weft.errors import InternalError, KernelError, LaunchError, UnsupportedError
from weft.kernel import Kernel, function, kernel
from weft.layout import Layout
from weft.ops.atomic import (
    atomic_add,
    atomic_and,
    atomic_compare_exchange,
    atomic_exchange,
    atomic_max,
    atomic_min,
    atomic_or,
    atomic_xor,
)
from weft.ops.dimension import Dim
from weft.ops.dtypes import bf16, boolean, f16, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
from weft.ops.geometry import block_dim, block_idx, ceil_div, grid_dim, index, thread_idx, tile_index
from weft.ops.loops import static_range
from weft.ops.math import (
    ceil,
    cos,
    erf,
    exp,
    exp2,
    floor,
    fma,
    log,
    log2,
    maximum,
    minimum,
    pow,
    rsqrt,
    sin,
    sqrt,
    tanh,
)
from weft.ops.memory import local, shared
from weft.ops.sync import barrier
from weft.ops.tensor import Tensor

__version__ = "0.1.0"

__all__ = [
    "Dim", "InternalError", "Kernel", "KernelError", "LaunchError", "Layout", "Tensor", "UnsupportedError",
    "atomic_add", "atomic_and", "atomic_compare_exchange", "atomic_exchange", "atomic_max", "atomic_min",
    "atomic_or", "atomic_xor", "barrier", "bf16", "block_dim", "block_idx", "boolean", "ceil", "ceil_div", "cos",
    "erf", "exp", "exp2", "f16", "f32", "f64", "floor", "fma", "function", "grid_dim", "i8", "i16", "i32", "i64",
    "index", "kernel", "local", "log", "log2", "maximum", "minimum", "pow", "rsqrt", "shared", "sin", "sqrt",
    "static_range", "tanh", "thread_idx", "tile_index", "u8", "u16", "u32", "u64",
]  # fmt: skip
