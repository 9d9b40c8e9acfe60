"""What clusters of blocks do."""

from weft.model import fold
from weft.model.dialect import Rule
from weft.model.ir import Barrier, Cluster, Special
from weft.model.limits import cluster_problems, triple
from weft.model.trace.call import Call
from weft.model.values import Static, Value
from weft.ops.infer.tensor import static_sizes

_MOST_AXES = 3


def infer_cluster(call: Call) -> Value:
    sizes = static_sizes(call, "shape")
    if sizes is not None and call.tracer.is_kernel and _may_stand(call):
        problems = list(cluster_problems(sizes))
        for problem in problems:
            call.report(problem.code, problem.message, "shape")
        if not problems:
            t = call.tracer
            t.cluster = Cluster(triple(sizes[::-1]), t.span(call.node))
            rank = Special("cluster_rank")
            t.known.assume_at_least(rank, fold.const(0))
            t.known.assume_less(rank, fold.const(t.cluster.blocks))
    return Static(None)


def _may_stand(call: Call) -> bool:
    t = call.tracer
    if t.depth > 0 or len(t.frames) > 1 or t.domain is not None or t.cluster is not None:
        call.report(
            "cluster",
            "`cluster` is for all blocks of the kernel: call it once, at the top level of the kernel and before its domain",
        )
        return False
    return True


def infer_cluster_barrier(call: Call) -> Value:
    if call.tracer.is_kernel:
        call.tracer.emit(Barrier(call.tracer.span(call.node), of_cluster=True))
    return Static(None)


RULES: dict[str, Rule] = {"cluster": infer_cluster, "cluster_barrier": infer_cluster_barrier}
