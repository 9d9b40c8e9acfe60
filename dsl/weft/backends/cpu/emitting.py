"""From a kernel to the code of its blocks."""

from weft.backends.cpu.clusters import ClusterBlocks
from weft.backends.cpu.emit import Blocks, EmittedBlocks
from weft.model.ir import Kernel
from weft.model.specialization import Specialization
from weft.model.specialize import specialize


def emit_blocks(kernel: Kernel, specialization: Specialization) -> EmittedBlocks:
    found = specialize(kernel, specialization)
    return Blocks(found).emit() if found.cluster is None else ClusterBlocks(found, found.cluster).emit()
