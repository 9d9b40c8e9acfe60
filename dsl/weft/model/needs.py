"""What the operations of a kernel need of a GPU, and the words for a GPU that has not got it.

Source: PTX ISA, "Target ISA Notes" of each instruction.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from weft.model.diagnostic import Span
from weft.model.ir import Do, Kernel
from weft.model.limits import Problem
from weft.records import record


@record
class Need:
    """operation: what it is, in words. instead: what does the same on any GPU."""

    operation: str
    capability: tuple[int, int]
    instead: str


_COPY = Need("`weft.copy_async`", (8, 0), "copy with `weft.copy`")
_PRODUCT = Need("a matrix product of a warp", (8, 0), "multiply elements")
_CLUSTER = Need("a cluster of blocks", (9, 0), "let blocks meet in global memory")
# By effect.
_NEEDS: Mapping[str, Need] = MappingProxyType(
    {"copy_async": _COPY, "mma": _PRODUCT, "load_matrix": _PRODUCT, "warpgroup_mma": _PRODUCT}
)


def capability_problems(kernel: Kernel, arch: str) -> Iterator[tuple[Problem, Span]]:
    """What `arch`, such as `sm_75`, cannot do of what a kernel asks for: the first place of each operation."""
    digits = "".join(letter for letter in arch if letter.isdigit())
    capability = (int(digits[:-1]), int(digits[-1])) if len(digits) > 1 else None
    told: set[str] = set()
    if kernel.cluster is not None and capability is not None and capability < _CLUSTER.capability:
        yield _problem(_CLUSTER, capability, arch), kernel.cluster.span
    for statement in kernel.statements:
        need = _NEEDS.get(statement.name) if isinstance(statement, Do) else None
        if need is None or capability is None or capability >= need.capability or need.operation in told:
            continue
        told.add(need.operation)
        yield _problem(need, capability, arch), statement.span


def _problem(need: Need, capability: tuple[int, int], arch: str) -> Problem:
    needed, has = (".".join(map(str, one)) for one in (need.capability, capability))
    message = (
        f"{need.operation} needs compute capability {needed}, and {arch} has {has}: {need.instead}, or use a GPU of compute "
        f"capability {needed} or later"
    )
    return Problem("compute-capability", message)
