"""What a kernel asks of a device, in one line: its threads, its block, its shared memory."""

from math import prod

from weft.model.describe import expression
from weft.model.ir import Domain
from weft.model.kernel import Analysis
from weft.model.model import Model
from weft.model.sizes import launch_sizes
from weft.model.values import ConfiguredKernel, KernelRef, Value


def resources(kernel: Analysis) -> str:
    """`one thread for each of (M, N) · blocks of 16 × 16 = 256 threads · 2,048 bytes of shared memory`."""
    domain = kernel.made.domain
    parts = [_threads(kernel, domain), *_block(domain), *_cluster(kernel), *_shared(kernel)]
    return " · ".join(parts)


def kernel_of(model: Model, value: Value) -> Analysis | None:
    """The reading of a kernel of this file that a value stands for."""
    kernel = value.kernel if isinstance(value, ConfiguredKernel) else value
    if not isinstance(kernel, KernelRef):
        return None
    definition = kernel.definition
    if definition.module != model.module.name:
        return None
    own = (function for _, function in model.kernels() if function.is_kernel)
    return next((function for function in own if function.qualified_name == definition.qualified_name), None)


def sizes_text(sizes: tuple[int, ...]) -> str:
    """`16 × 16 = 256 threads`."""
    told = [str(size) for size in sizes if size != 1]
    equals = f"{' × '.join(told)} = " if len(told) > 1 else ""
    count = prod(sizes)
    return f"{equals}{count:,} {'thread' if count == 1 else 'threads'}"


def _threads(kernel: Analysis, domain: Domain | None) -> str:
    has_all = len(kernel.parameters) == kernel.parameter_count
    if domain is None and not has_all and not kernel.findings:
        # Types that the function around the kernel is given.
        return "threads known at the launch"
    if domain is None:
        return "needs `[grid, block]` at each launch"
    extents = ", ".join(map(expression, domain.extents))
    whole = f"({extents})" if len(domain.extents) > 1 else extents
    return f"one thread for each of {whole}"


def _block(domain: Domain | None) -> list[str]:
    if domain is None:
        return []
    return [f"blocks of {sizes_text(domain.block)}"] if domain.block else ["block chosen at launch"]


def _cluster(kernel: Analysis) -> list[str]:
    cluster = kernel.made.cluster
    return [f"clusters of {cluster.blocks} blocks"] if cluster else []


def shared_bytes(kernel: Analysis) -> int:
    return sum(array.size_bytes for array in kernel.made.shared)


def _shared(kernel: Analysis) -> list[str]:
    total = shared_bytes(kernel)
    known = [f"{total:,} bytes of shared memory"] if total else []
    names = launch_sizes(kernel.made)
    told = f"{'more ' if total else ''}shared memory by {', '.join(f'`{name}`' for name in names)}"
    return [*known, told] if names else known
