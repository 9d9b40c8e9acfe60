"""The table from names to operations that makes the front end read Weft."""

from collections.abc import Callable, Mapping
from types import FunctionType

from weft import layout
from weft.model.dialect import Dialect, Rule
from weft.model.trace import arrays
from weft.ops import PACKAGE, ROOT, dtypes
from weft.ops.infer import (
    atomic,
    bits,
    clock,
    cluster,
    copy,
    geometry,
    loops,
    math,
    memory,
    mma,
    python,
    sync,
    tensor,
    warp,
)

# The groups of operations, one file each. Adding one adds it here.
GROUPS: dict[str, dict[str, Rule]] = {
    "atomic": atomic.RULES,
    "bits": bits.RULES,
    "clock": clock.RULES,
    "cluster": cluster.RULES,
    "copy": copy.RULES,
    "geometry": geometry.RULES,
    "loops": loops.RULES,
    "math": math.RULES,
    "memory": memory.RULES,
    "mma": mma.RULES,
    "sync": sync.RULES,
    "tensor": tensor.RULES,
    "warp": warp.RULES,
}


def _algebra() -> Mapping[str, Callable[..., object]]:
    """The functions of layouts and what makes them; drawings are for people."""
    public = {name: getattr(layout, name) for name in layout.__all__ if not name.startswith("to_")}
    makers = (layout.Layout, layout.Swizzle, layout.ComposedLayout)
    return {
        f"{value.__module__}.{value.__qualname__}": value
        for value in public.values()
        if isinstance(value, FunctionType) or value in makers
    }


# Names of CUDA C++, numba.cuda and Triton.
_FOREIGN: Mapping[str, str] = {
    "threadIdx": "thread_idx",
    "blockIdx": "block_idx",
    "blockDim": "block_dim",
    "gridDim": "grid_dim",
    "laneid": "lane_id",
    "program_id": "block_idx",
    "num_programs": "grid_dim",
    "syncthreads": "barrier",
    "__syncthreads": "barrier",
    "debug_barrier": "barrier",
    "syncwarp": "warp_barrier",
    "cluster_sync": "cluster_barrier",
    "cluster_arrive": "cluster_barrier",
    "block_rank": "cluster_rank",
    "map_shared_rank": "of_block",
    "__syncwarp": "warp_barrier",
    "atomicAdd": "atomic_add",
    "atomicMax": "atomic_max",
    "atomicMin": "atomic_min",
    "atomicCAS": "atomic_compare_exchange",
    "atomicExch": "atomic_exchange",
    "shfl_sync": "shuffle",
    "shfl_up_sync": "shuffle_up",
    "shfl_down_sync": "shuffle_down",
    "shfl_xor_sync": "shuffle_xor",
    "ballot_sync": "ballot",
    "any_sync": "vote_any",
    "all_sync": "vote_all",
    "cdiv": "ceil_div",
    "jit": "kernel",
    "warpsize": "warp_size",
    "round": "rint",
    "where": "select",
    "mulhi": "mul_hi",
    "umulhi": "mul_hi",
    "popc": "popcount",
    "brev": "bit_reverse",
    "grid": "index",
    "dot": "mma",
}


DIALECT = Dialect(
    algebra=_algebra(),
    operations={
        f"weft.ops.{group}.{name}": rule for group, rules in GROUPS.items() for name, rule in rules.items()
    }
    | python.RULES,
    dtypes={
        f"weft.ops.dtypes.{name}": value.dtype
        for name, value in vars(dtypes).items()
        if isinstance(value, type) and issubclass(value, dtypes.Scalar) and "dtype" in vars(value)
    },
    axes={f"weft.ops.geometry.{name}": name for name in ("thread_idx", "block_idx", "block_dim", "grid_dim")},
    places={f"weft.ops.geometry.{name}": name for name in ("lane_id", "warp_id")}
    | {f"weft.ops.cluster.{name}": name for name in ("cluster_rank", "cluster_size")},
    kernel="weft.kernel.kernel",
    function="weft.kernel.function",
    dimension="weft.ops.dimension.Dim",
    tensor="weft.ops.tensor.Tensor",
    vectors="weft.ops.tensor.Vectors",
    layout="weft.layout.layout.Layout",
    axes_class="weft.ops.geometry.Axes",
    place_class="weft.ops.geometry.Place",
    kernel_class="weft.kernel.Kernel",
    function_class="weft.kernel.Function",
    root=ROOT,
    package=PACKAGE,
    keywords={"builtins.zip": ("strict",), "builtins.enumerate": ("start",)},
    foreign=_FOREIGN,
    of_shared=frozenset({"of_block"}),
    speaking=frozenset({"builtins.print"}),
    converting=frozenset(
        {"to", "astype", "cast", "type", "int", "long", "float", "half", "double", "bfloat16"}
    ),
    conversions={f"numpy.{name}": dtype for name, dtype in arrays.NUMPY_DTYPES.items()},
)
