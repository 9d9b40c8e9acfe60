"""The code of a run of clusters of blocks: `block` is the number of a cluster.

What stands between two barriers of the cluster is in a loop over its blocks, each with scratch memory of its own; in it are, as of
single blocks, loops over threads.
"""

from weft.backends.cpu.emit import Blocks
from weft.backends.cpu.native import aligned
from weft.backends.cpu.plan import Item, Nested, meets_cluster
from weft.backends.expressions import memory_function
from weft.model.ir import Array, Barrier, Cluster, For, If, Kernel, Var

_WORD_BYTES = 8


class ClusterBlocks(Blocks):
    """The code of a specialized kernel with clusters."""

    def __init__(self, kernel: Kernel, cluster: Cluster) -> None:
        super().__init__(kernel)
        self.cluster = cluster

    def _begin(self) -> None:
        self.writer.line(f"block_bytes = {self._block_bytes()}")

    def _run(self) -> None:
        self._cluster_items(self.plan.items, inside_loop=False)

    def _scratch_of_block(self) -> None:
        if self.plan.of_block:
            identifier = self.writer.names.fresh("values_of_block")
            self.places[identifier] = str(self.fixed_bytes)
            self.values["block"] = identifier
            self.fixed_bytes += aligned(len(self.plan.of_block) * _WORD_BYTES)

    def _block_bytes(self) -> str:
        return (
            f"{self.fixed_bytes} + {self.thread_bytes} * threads"
            if self.thread_bytes
            else str(self.fixed_bytes)
        )

    def _cluster_items(self, items: tuple[Item, ...], *, inside_loop: bool) -> None:
        """What the blocks of a cluster do: between two of its barriers one after the other."""
        waiting: list[Item] = []
        for item in items:
            if not meets_cluster(item, inside_loop=inside_loop):
                waiting.append(item)
                continue
            self._each_block(tuple(waiting))
            waiting = []
            if isinstance(item, Nested):
                self._nested_in_cluster(item, inside_loop=inside_loop)
            elif not isinstance(item, Barrier):
                self._items((item,))
        self._each_block(tuple(waiting))

    def _nested_in_cluster(self, item: Nested, *, inside_loop: bool) -> None:
        """What decides the way is the same for all blocks, so the last one's values decide."""
        statement = item.statement
        inside = inside_loop or not isinstance(statement, If)
        if isinstance(statement, For):
            with self.writer.for_loop(statement):
                with self.writer.block(f"for cluster_rank in range({self.cluster.blocks}):"):
                    self._open_block()
                    self._move_of_block("store", (statement.variable,))
                self._cluster_items(item.bodies[0], inside_loop=inside)
            return
        word = "if" if isinstance(statement, If) else "while"
        condition = self.writer.expressions.wide(statement.condition)
        with self.writer.block(f"{word} {condition}:", statement.span.start):
            self._cluster_items(item.bodies[0], inside_loop=inside)
        if item.bodies[1:] and item.bodies[1]:
            with self.writer.block("else:", statement.span.start):
                self._cluster_items(item.bodies[1], inside_loop=inside)

    def _each_block(self, items: tuple[Item, ...]) -> None:
        if not items:
            return
        with self.writer.block(f"for cluster_rank in range({self.cluster.blocks}):"):
            self._open_block()
            self._move_of_block("load", self.plan.of_block)
            self._cluster_indices()
            self._items(items)
            self._move_of_block("store", self.plan.of_block)

    def _open_block(self) -> None:
        self.writer.line("block_scratch = scratch + cluster_rank * block_bytes")
        self._lay("block_scratch")

    def _move_of_block(self, verb: str, variables: tuple[Var, ...]) -> None:
        """Load or store what a block of a cluster has one of, each in a word of its own."""
        for variable in variables:
            dtype = self.writer.expressions.carried(variable.dtype)
            function = memory_function(verb, Array(variable.name, dtype, "local"))
            identifier = self._identifier(variable)
            word = self.plan.of_block.index(variable) * (_WORD_BYTES // dtype.itemsize_bytes)
            place = (self.values["block"], str(word))
            if verb == "load":
                self.writer.line(f"{identifier} = {self.writer.expressions.call(function, *place)}")
            else:
                self.writer.line(self.writer.expressions.call(function, *place, identifier))

    def _cluster_indices(self) -> None:
        """The block's place in the grid: its cluster's, and its own in that."""
        number, rank = "block", "cluster_rank"
        for axis, blocks in zip("xyz", self.cluster.shape, strict=True):
            clusters = f"(grid_{axis} // {blocks})"
            at = number if axis == "z" else f"{number} % {clusters}"
            if f"block_idx.{axis}" in self.specials:
                self.writer.line(f"block_idx_{axis} = {at} * {blocks} + {rank} % {blocks}")
            number, rank = f"{number} // {clusters}", f"{rank} // {blocks}"
