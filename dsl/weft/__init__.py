"""Weft: GPU kernels in Python."""

# Type checkers take `weft.dims` and `weft.layout` for unknown unless they are imported here by name.
from weft import dims as dims
from weft import layout as layout
from weft.errors import InternalError, KernelError, LaunchError, UnsupportedError
from weft.host.tensors import empty, from_numpy, full, zeros
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
from weft.ops.bits import bit_reverse, bitcast, clz, ctz, mul_hi, popcount
from weft.ops.block import (
    block_all,
    block_any,
    block_broadcast,
    block_max,
    block_min,
    block_scan,
    block_sum,
)
from weft.ops.clock import clock
from weft.ops.cluster import cluster, cluster_barrier, cluster_rank, cluster_size
from weft.ops.copy import commit_async, copy, copy_async, wait_async
from weft.ops.dimension import Dim
from weft.ops.dtypes import bf16, boolean, f16, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
from weft.ops.geometry import (
    block_dim,
    block_idx,
    ceil_div,
    grid_dim,
    in_domain,
    index,
    lane_id,
    thread_idx,
    tile_index,
    warp_id,
    warp_size,
)
from weft.ops.loops import static_range
from weft.ops.math import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    clamp,
    copysign,
    cos,
    cosh,
    erf,
    exp,
    exp2,
    expm1,
    fast_cos,
    fast_div,
    fast_exp,
    fast_log,
    fast_log2,
    fast_pow,
    fast_sin,
    fast_tanh,
    floor,
    fma,
    hypot,
    isfinite,
    isinf,
    isnan,
    log,
    log1p,
    log2,
    log10,
    maximum,
    minimum,
    pow,
    rcp,
    rint,
    rsqrt,
    select,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    trunc,
)
from weft.ops.memory import dtype_of, local, shared, vector
from weft.ops.mma import (
    accumulator,
    as_fragment_a,
    fragment_a,
    fragment_b,
    fragment_index,
    mma,
    row_max,
    row_sum,
    store_fragment,
    warpgroup_mma,
)
from weft.ops.sync import barrier
from weft.ops.tensor import Tensor
from weft.ops.warp import (
    ballot,
    shuffle,
    shuffle_down,
    shuffle_up,
    shuffle_xor,
    vote_all,
    vote_any,
    warp_barrier,
    warp_broadcast,
    warp_max,
    warp_min,
    warp_scan,
    warp_sum,
)

__version__ = "0.1.0"

__all__ = [
    "Dim", "InternalError", "Kernel", "KernelError", "LaunchError", "Layout", "Tensor", "UnsupportedError",
    "accumulator", "acos", "acosh", "as_fragment_a", "asin", "asinh", "atan", "atan2", "atanh", "atomic_add",
    "atomic_and", "atomic_compare_exchange", "atomic_exchange", "atomic_max", "atomic_min", "atomic_or",
    "atomic_xor", "ballot", "barrier", "bf16", "bit_reverse", "bitcast", "block_all", "block_any",
    "block_broadcast", "block_dim", "block_idx", "block_max", "block_min", "block_scan", "block_sum",
    "boolean", "cbrt", "ceil", "ceil_div", "clamp", "clock", "cluster", "cluster_barrier", "cluster_rank", "cluster_size", "clz", "commit_async", "copy", "copy_async",
    "copysign", "cos", "cosh", "ctz", "dtype_of", "empty", "erf", "exp", "exp2", "expm1", "f16", "f32", "f64",
    "fast_cos", "fast_div", "fast_exp", "fast_log", "fast_log2", "fast_pow", "fast_sin", "fast_tanh", "floor",
    "fma", "fragment_a", "fragment_b", "fragment_index", "from_numpy", "full", "function", "grid_dim",
    "hypot", "i8", "i16", "i32", "i64", "in_domain", "index", "isfinite", "isinf", "isnan", "kernel",
    "lane_id", "local", "log", "log1p", "log2", "log10", "maximum", "minimum", "mma", "mul_hi", "popcount",
    "pow", "rcp", "rint", "row_max", "row_sum", "rsqrt", "select", "shared", "shuffle", "shuffle_down", "shuffle_up", "shuffle_xor",
    "sin", "sinh", "sqrt", "static_range", "store_fragment", "tan", "tanh", "thread_idx", "tile_index",
    "trunc", "u8", "u16", "u32", "u64", "vector", "vote_all", "vote_any", "wait_async", "warp_barrier",
    "warp_broadcast", "warp_id", "warp_max", "warp_min", "warp_scan", "warp_size", "warp_sum", "warpgroup_mma",
    "zeros",
]  # fmt: skip
