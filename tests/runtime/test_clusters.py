"""Clusters of blocks: on the CPU, as they are compiled for a GPU, on one, and by the back end that checks."""

from collections.abc import Callable

import numpy as np
import pytest
import weft
import weft.lint.findings
from annotations import check
from weft import LaunchError, Tensor, UnsupportedError, f16, f32, i32
from weft.backends import cuda
from weft.backends.check import interpret
from weft.dims import K, M, N
from weft.kernel import ir_of
from weft.model.limits import Geometry
from weft.model.specialization import Specialization

BLOCK = 64


@weft.kernel
def sums(x: Tensor[f32, N], out: Tensor[f32, M]):
    """Each cluster's sum."""
    weft.cluster(4)
    i = weft.tile_index(x, BLOCK)
    part = weft.shared(f32, 1)
    total = weft.block_sum(x[i])
    if weft.thread_idx.x == 0:
        part[0] = total
    weft.cluster_barrier()
    if weft.cluster_rank == 0 and weft.thread_idx.x == 0:
        total = f32(0)
        for rank in range(weft.cluster_size):
            total += part.of_block(rank)[0]
        out[weft.block_idx.x // 4] = total


@weft.kernel
def turned(x: Tensor[f16, N], out: Tensor[f16, N]):
    """In each round a tile goes on to the next block of the cluster, until it is back."""
    weft.cluster(3)
    i = weft.tile_index(x, BLOCK)
    tiles = weft.shared(f16, (2, BLOCK))
    t = weft.thread_idx.x
    tiles[0, t] = x[i]
    total = f16(0)
    for turn in range(weft.cluster_size):
        weft.cluster_barrier()
        total += tiles[turn % 2, t]
        after = tiles.of_block((weft.cluster_rank + 1) % 3)
        after[(turn + 1) % 2, t] = tiles[turn % 2, t]
        if turn == 2:
            break
    out[i] = total


@weft.kernel
def counts(x: Tensor[i32, N], out: Tensor[i32, K]):
    """A histogram of which each block of a cluster has a part."""
    weft.cluster((2, 1))
    tile, t = weft.tile_index((N // BLOCK, BLOCK), (1, BLOCK))
    own = weft.shared(i32, 8)
    if t < 8:
        own[t] = 0
    weft.cluster_barrier()
    value = x[tile * BLOCK + t]
    if tile < N // BLOCK:
        weft.atomic_add(own.of_block(value // 8), value % 8, 1)
    weft.cluster_barrier()
    if t < 8:
        weft.atomic_add(out, weft.cluster_rank * 8 + t, own[t])


@weft.kernel
def by_hand(x: Tensor[i32, N], out: Tensor[i32, N]):
    """Blocks that come to barriers of their own different numbers of times; 2 x 2 blocks in a cluster."""
    weft.cluster((2, 2))
    t = weft.thread_idx.x
    block = weft.block_idx.y * weft.grid_dim.x + weft.block_idx.x
    tile = weft.shared(i32, BLOCK)
    kept = weft.local(i32, 1)
    tile[t] = x[block * BLOCK + t]
    rounds = block % 3
    for _ in range(rounds):
        weft.barrier()
        near = tile[(t + 1) % BLOCK]
        weft.barrier()
        tile[t] = near
    kept[0] = tile[t]
    weft.cluster_barrier()
    other = tile.of_block(3 - weft.cluster_rank)
    out[block * BLOCK + t] = kept[0] * 1000 + other[t] + rounds


def of_sums(x: np.ndarray, out: np.ndarray) -> np.ndarray:
    padded = np.zeros(len(out) * 4 * BLOCK, np.float32)
    padded[: len(x)] = x
    return padded.reshape(len(out), -1).sum(axis=1)


def of_turned(x: np.ndarray, out: np.ndarray) -> np.ndarray:
    tiles = x.reshape(-1, 3, BLOCK)
    return np.broadcast_to(tiles.sum(axis=1, keepdims=True), tiles.shape).reshape(-1)


def of_counts(x: np.ndarray, out: np.ndarray) -> np.ndarray:
    return np.bincount(x, minlength=16)


def of_by_hand(x: np.ndarray, out: np.ndarray) -> np.ndarray:
    grid = (2, 4)
    tiles = x.reshape(8, BLOCK)
    own = np.stack([np.roll(tile, -(block % 3)) for block, tile in enumerate(tiles)])
    wanted = np.empty_like(own)
    for block in range(8):
        y, x_ = divmod(block, grid[1])
        other = (y ^ 1) * grid[1] + (x_ ^ 1)
        wanted[block] = own[block] * 1000 + own[other] + block % 3
    return wanted.reshape(-1)


RNG = np.random.default_rng(0)
# The kernel, what it gets, what it gives, the geometry, and whether a launch has to be told it.
Case = tuple[weft.Kernel, np.ndarray, np.ndarray, Callable[..., np.ndarray], Geometry, bool]
CASES: dict[str, Case] = {
    "sums": (
        sums,
        RNG.random(1000, np.float32),
        np.zeros(4, np.float32),
        of_sums,
        Geometry((16, 1, 1), (BLOCK, 1, 1)),
        False,
    ),
    "turned": (
        turned,
        RNG.integers(0, 9, 6 * BLOCK).astype(np.float16),
        np.zeros(6 * BLOCK, np.float16),
        of_turned,
        Geometry((6, 1, 1), (BLOCK, 1, 1)),
        False,
    ),
    "counts": (
        counts,
        RNG.integers(0, 16, 7 * BLOCK, np.int32),
        np.zeros(16, np.int32),
        of_counts,
        Geometry((1, 8, 1), (BLOCK, 1, 1)),
        False,
    ),
    "by_hand": (
        by_hand,
        RNG.integers(0, 1000, 8 * BLOCK, np.int32),
        np.zeros(8 * BLOCK, np.int32),
        of_by_hand,
        Geometry((4, 2, 1), (BLOCK, 1, 1)),
        True,
    ),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@each_case
def test_on_the_cpu(case: Case):
    kernel, x, out, wanted, geometry, is_told = case
    # The second launch is machine code's.
    for _ in range(2):
        out = np.zeros_like(out)
        (kernel[geometry.grid, geometry.block] if is_told else kernel)(x, out)
        np.testing.assert_allclose(out, wanted(x, out), rtol=1e-5)
    if not is_told:
        chosen = kernel.geometry(x, out)
        assert chosen is not None and chosen.grid == geometry.grid
        assert any(reason.startswith("the grid has whole clusters of ") for reason in chosen.reasons)


@each_case
def test_the_back_end_that_checks(case: Case):
    kernel, x, out, wanted, geometry, _ = case
    out = np.zeros_like(out)
    assert interpret(ir_of(kernel), {"x": x, "out": out}, geometry) == []
    np.testing.assert_allclose(out, wanted(x, out), rtol=1e-5)


@pytest.mark.gpu
@each_case
def test_on_a_gpu(case: Case):
    cupy = pytest.importorskip("cupy")
    kernel, x, out, wanted, geometry, is_told = case
    for _ in range(2):
        there = cupy.zeros_like(cupy.asarray(out))
        (kernel[geometry.grid, geometry.block] if is_told else kernel)(cupy.asarray(x), there)
        np.testing.assert_allclose(there.get(), wanted(x, out), rtol=1e-5)


@each_case
def test_what_a_gpu_is_given(case: Case):
    kernel = case[0]
    facts = Specialization(frozenset(("x", "out")), (), 32)
    compiled = cuda.compile(ir_of(kernel), facts, "sm_90")
    assert compiled.registers > 0
    ptx = compiled.ptx
    assert ir_of(kernel).cluster is not None
    assert f".reqnctapercluster {', '.join(map(str, ir_of(kernel).cluster.shape))}" in ptx
    assert ptx.count("barrier.cluster.arrive") == ptx.count("barrier.cluster.wait") >= 2
    assert "mapa.shared::cluster" in ptx
    wide = cuda.compile(ir_of(kernel), Specialization(index_bits=64), "sm_90").ptx
    assert "mapa.shared::cluster" in wide


def test_without_a_barrier_of_the_cluster_between_them_there_are_races():
    @weft.kernel
    def early(x: Tensor[f32, N], out: Tensor[f32, N]):
        weft.cluster(2)
        i = weft.tile_index(x, BLOCK)
        tile = weft.shared(f32, BLOCK)
        weft.cluster_barrier()
        tile[weft.thread_idx.x] = x[i]
        weft.barrier()
        out[i] = tile.of_block(1 - weft.cluster_rank)[weft.thread_idx.x]

    x = np.ones(2 * BLOCK, np.float32)
    faults = interpret(ir_of(early), {"x": x, "out": x.copy()}, Geometry((2, 1, 1), (BLOCK, 1, 1)))
    assert ("race", "element 64 of `tile`") in [(fault.kind, fault.message) for fault in faults]


def test_gpus_without_clusters():
    with pytest.raises(UnsupportedError) as raised:
        cuda.compile(ir_of(sums), Specialization(), "sm_89")
    assert raised.value.diagnostic.message == (
        "a cluster of blocks needs compute capability 9.0, and sm_89 has 8.9: let blocks meet in global memory, or use a GPU of "
        "compute capability 9.0 or later"
    )


def test_targets_without_clusters():
    model = check("""
        @weft.kernel
        def k(x: Tensor[f32, N]):
            weft.cluster(2)
            i = weft.index(x)
            x[i] = 1
    """)
    for targets, codes in ((("sm_80", "sm_90"), ["compute-capability"]), (("sm_90",), [])):
        found = weft.lint.findings.check(model, targets)
        assert [finding.code for finding in found] == codes


def test_grids_have_whole_clusters():
    x = np.zeros(12 * BLOCK, np.int32)
    with pytest.raises(LaunchError) as raised:
        by_hand[(4, 3), BLOCK](x, x.copy())
    assert f"{raised.value.code}: {raised.value.diagnostic.message}" == (
        "launch-cluster: grid.y is 3, no multiple of the 2 blocks that a cluster of the kernel has along y: use 4, or leave the "
        "geometry to Weft"
    )


def test_without_a_cluster_each_block_is_one():
    @weft.kernel
    def alone(out: Tensor[i32, N]):
        i = weft.index(out)
        out[i] = weft.cluster_rank * 10 + weft.cluster_size

    alone(out := np.zeros(3, np.int32))
    assert out.tolist() == [1, 1, 1]


def test_what_is_wrong():
    check("""
        @weft.kernel
        def too_many(x: Tensor[f32, N]):
            weft.cluster((3, 4))
                       # ^^^^^^ cluster: a cluster of 3 × 4 = 12 blocks is over the limit of 8 blocks that every GPU with clusters has: use a smaller one
            i = weft.index(x)
            x[i] = 1

        @weft.kernel
        def late(x: Tensor[f32, N]):
            i = weft.index(x)
            weft.cluster(2)
          # ^^^^^^^^^^^^^^^ cluster: `cluster` is for all blocks of the kernel: call it once, at the top level of the kernel and before its domain
            x[i] = 1

        @weft.kernel
        def none(x: Tensor[f32, N]):
            i = weft.tile_index(x, 32)
            tile = weft.shared(f32, 32)
            tile[weft.thread_idx.x] = x[i]
            weft.cluster_barrier()
          # ^^^^^^^^^^^^^^^^^^^^^^ cluster: the kernel's blocks are in no cluster, so each is alone: say how many a cluster has with `weft.cluster(2)`, before the domain
            x[i] = tile[31 - weft.thread_idx.x]

        @weft.kernel
        def wrong_memory(x: Tensor[f32, N]):
            weft.cluster(2)
            i = weft.tile_index(x, 32)
            x[i] = x.of_block(0)[i]
                 # ^^^^^^^^^^^^^ cluster: `x` is in global memory, and `of_block` is of shared memory that is not swizzled: take that

        @weft.kernel
        def too_early(x: Tensor[f32, N]):
            weft.cluster(2)
            i = weft.tile_index(x, 32)
            tile = weft.shared(f32, 32)
            tile[weft.thread_idx.x] = x[i]
            other = tile.of_block(1 - weft.cluster_rank)
            x[i] = other[weft.thread_idx.x]
                 # ^^^^^^^^^^^^^^^^^^^^^^^^ cluster: another block's memory is reached before any barrier of the cluster, and that block may not have begun: put `weft.cluster_barrier()` before this
            tile.of_block(2)
                        # ^ out-of-bounds: rank 2 is outside of the cluster, which has 2 blocks: use 0 to 1

        @weft.kernel
        def more_blocks(x: Tensor[f32, M, 32]):
            weft.cluster(2)
            i, j = weft.tile_index(x, (1, 32))
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ cluster: the domain has 1 block along axis 1 and the cluster 2, so that others would be added: give the cluster's blocks in the order of the domain's axes, as in `weft.cluster((2, 1))`
            x[i, j] = 1

        @weft.kernel
        def apart(x: Tensor[f32, N]):
            weft.cluster(2)
            i = weft.tile_index(x, 32)
            if weft.cluster_rank == 0:
                weft.cluster_barrier()
              # ^^^^^^^^^^^^^^^^^^^^^^ barrier-in-divergent-branch: not every block of the cluster reaches this barrier: the condition 1 line above differs between blocks; move the barrier out of the branch
            if i < 5:
                weft.cluster_barrier()
              # ^^^^^^^^^^^^^^^^^^^^^^ barrier-in-divergent-branch: not every thread of the block reaches this barrier: the condition 1 line above differs between threads; move the barrier out of the branch
            x[i] = 1

        @weft.kernel
        def whole(x: Tensor[f32, N]):
            weft.cluster(2)
            x[weft.block_idx.x * 32 + weft.thread_idx.x] = 1

        x = np.ones(96, np.float32)
        whole[4, 32](x)
        whole[3, 32](x)
            # ^ launch-cluster: grid.x is 3, no multiple of the 2 blocks that a cluster of the kernel has along x: use 4, or leave the geometry to Weft
    """)


@weft.kernel
def rounds(x: Tensor[i32, N], n: i32, out: Tensor[i32, N]):
    """Barriers of the cluster in a `while` that goes on early, and in both sides of a branch; blocks count differently."""
    weft.cluster(2)
    i = weft.tile_index(x, 32)
    t = weft.thread_idx.x
    tile = weft.shared(i32, 32)
    tile[t] = x[i]
    left = n
    steps = 0
    while left > 0:
        weft.cluster_barrier()
        got = tile.of_block(1 - weft.cluster_rank)[t]
        weft.cluster_barrier()
        tile[t] = got + 1
        left -= 1
        if left % 2 == 0:
            steps += 10
            continue
        steps += weft.block_idx.x
    if n > 3:
        weft.cluster_barrier()
        steps += tile.of_block(0)[0] * 0
    else:
        weft.cluster_barrier()
        steps += 1
    out[i] = tile[t] * 1000 + steps


def of_rounds(x: np.ndarray, n: int) -> np.ndarray:
    tiles = x.reshape(-1, 2, 32)
    steps = np.zeros(len(x) // 32, np.int32)
    for left in reversed(range(n)):
        tiles = tiles[:, ::-1] + 1
        steps += 10 if left % 2 == 0 else np.arange(len(steps), dtype=np.int32)
    return (tiles.reshape(-1, 32) * 1000 + (steps + (n <= 3))[:, None]).reshape(-1)


@pytest.mark.parametrize("n", [0, 1, 4, 5])
def test_flow_of_clusters(n: int):
    x = np.arange(128, dtype=np.int32)
    rounds(x, n, out := np.zeros_like(x))
    assert out.tolist() == of_rounds(x, n).tolist()
    checked = np.zeros_like(x)
    assert interpret(ir_of(rounds), {"x": x, "n": n, "out": checked}, Geometry((4, 1, 1), (32, 1, 1))) == []
    assert checked.tolist() == out.tolist()


@pytest.mark.gpu
@pytest.mark.parametrize("n", [0, 1, 4, 5])
def test_flow_of_clusters_on_a_gpu(n: int):
    cupy = pytest.importorskip("cupy")
    x = np.arange(128, dtype=np.int32)
    rounds(cupy.asarray(x), n, out := cupy.zeros(128, np.int32))
    assert out.get().tolist() == of_rounds(x, n).tolist()
