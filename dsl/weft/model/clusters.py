"""What a kernel's body says of clusters of blocks: what is wrong with it, and the numbers that are the same for all blocks."""

from collections.abc import Iterator

from weft.model import fold
from weft.model.diagnostic import Span
from weft.model.ir import (
    Barrier,
    Cluster,
    Do,
    Expr,
    Load,
    Special,
    Stmt,
    Store,
    expressions,
    leaves,
    walk,
)
from weft.model.limits import Problem
from weft.model.rewrite import rewrite_body

_SIZE, _RANK = "cluster_size", "cluster_rank"


def problems(body: tuple[Stmt, ...], cluster: Cluster | None) -> Iterator[tuple[Problem, Span]]:
    """Each with its place."""
    if cluster is None:
        yield from _without(body)
        return
    for statement in walk(body):
        if isinstance(statement, Barrier) and statement.of_cluster:
            return
        for span in _reached(statement):
            message = (
                "another block's memory is reached before any barrier of the cluster, and that block may not have begun: put "
                "`weft.cluster_barrier()` before this"
            )
            yield Problem("cluster", message), span


def _without(body: tuple[Stmt, ...]) -> Iterator[tuple[Problem, Span]]:
    message = (
        "the kernel's blocks are in no cluster, so each is alone: say how many a cluster has with `weft.cluster(2)`, before the "
        "domain"
    )
    for statement in walk(body):
        if (isinstance(statement, Barrier) and statement.of_cluster) or _finds_memory(statement):
            yield Problem("cluster", message), statement.span


def ended(body: tuple[Stmt, ...], cluster: Cluster | None) -> tuple[Stmt, ...]:
    """The body, with a barrier at its end where blocks reach others' memory: none is gone while another one may read its."""
    if cluster is None or not any(map(_finds_memory, walk(body))):
        return body
    return (*body, Barrier(cluster.span, of_cluster=True))


def numbered(body: tuple[Stmt, ...], cluster: Cluster | None) -> tuple[Stmt, ...]:
    """The body with the size of a cluster as a number; without a cluster each block is one."""
    known: dict[Expr, Expr] = {Special(_SIZE): fold.const(cluster.blocks if cluster else 1)}
    if cluster is None:
        known[Special(_RANK)] = fold.const(0)
    names = {_SIZE, _RANK}
    every = (leaves(expr).specials for part in walk(body) for expr in expressions(part))
    if all(not specials or specials.isdisjoint(names) for specials in every):
        return body
    return rewrite_body(body, lambda leaf: known.get(leaf, leaf))


def _finds_memory(statement: Stmt) -> bool:
    return isinstance(statement, Do) and statement.name == "block_memory"


def _reached(statement: Stmt) -> Iterator[Span]:
    """The places where a statement itself touches the memory of another block."""
    for expr in expressions(statement):
        yield from (load.span for load in leaves(expr).loads if _is_others(load))
    if isinstance(statement, Store) and statement.array.space == "cluster":
        yield statement.span
    if isinstance(statement, Do) and any(place.array.space == "cluster" for place in statement.places):
        yield statement.span


def _is_others(load: Load) -> bool:
    return load.array.space == "cluster"
