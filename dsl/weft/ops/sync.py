"""Threads of a block waiting for each other."""

from weft.model.ir import Barrier
from weft.model.trace.call import Call
from weft.model.values import Static, Value
from weft.ops.operation import only_in_kernels, operation


def infer_barrier(call: Call) -> Value:
    if call.tracer.is_kernel:
        call.tracer.emit(Barrier(call.tracer.span(call.node)))
    return Static(None)


@operation(infer_barrier)
def barrier() -> None:
    """Wait until every thread of the block is here; what was written to shared memory before is visible after.

    Wrong: where only some threads of the block come [barrier-in-divergent-branch].
    Source: PTX ISA, `bar.sync`; CUDA's `__syncthreads()`.
    """
    raise only_in_kernels("barrier")
