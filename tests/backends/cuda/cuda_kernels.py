"""Kernels that the tests of the CUDA back end compile."""

from building import dim, domain, index, kernel, load, op, store, tensor
from primitive_cases import CASES
from weft.model.dtypes import ALL, BOOL, F32, DType
from weft.model.ir import PRIMITIVES, Kernel, Op

N, I = dim("N"), index("i")

X32 = frozenset("xy")


def all_operations(dtype: DType) -> tuple[Kernel, list[str]]:
    """Every primitive operation that `dtype` has, and their names."""
    inputs = [tensor(name, dtype, N) for name in "abc"]
    names = [name for name, case in CASES.items() if dtype in case.dtypes]
    calls = {name: op(name, *(load(one, I) for one in inputs[: PRIMITIVES[name][0]])) for name in names}
    chosen = tensor("chosen", BOOL, N)
    calls["select"] = op("select", load(chosen, I), load(inputs[0], I), load(inputs[1], I))
    outputs = {name: tensor(f"of_{name}", call.dtype, N) for name, call in calls.items()}
    body = [store(outputs[name], I, value=call) for name, call in calls.items()]
    return kernel("all", [*inputs, chosen, *outputs.values()], domain({"i": N}, *body)), [*calls]


def all_casts(source: DType) -> Kernel:
    x = tensor("x", source, N)
    outputs = {target: tensor(f"as_{target}", target, N) for target in ALL if target != source}
    body = [store(of, I, value=Op("cast", (load(x, I),), target)) for target, of in outputs.items()]
    return kernel("casts", [x, *outputs.values()], domain({"i": N}, *body))


def saxpy() -> Kernel:
    x, y = tensor("x", F32, N), tensor("y", F32, N)
    return kernel("saxpy", [x, y], domain({"i": N}, store(y, I, value=op("add", load(x, I), load(y, I)))))


def add_2d() -> Kernel:
    rows, i, j = dim("M"), index("i"), index("j")
    x, y = tensor("x", F32, rows, N), tensor("y", F32, rows, N)
    body = store(y, i, j, value=op("add", load(x, i, j), load(y, i, j)))
    return kernel("add_2d", [x, y], domain({"i": rows, "j": N}, body))
