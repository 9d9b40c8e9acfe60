"""Kernels that work, after the GPU puzzles and the textbooks: no errors, no warnings. Precision comes before everything."""

import weft.lint.findings
from annotations import HEADER, read

# After srush/GPU-Puzzles, written with geometry by hand and a guard, as most kernels are that come from CUDA.
PUZZLES = """
TPB = 8

@weft.kernel
def pooling(a: Tensor[f32, N], out: Tensor[f32, N]):
    shared = weft.shared(f32, TPB)
    i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
    local_i = weft.thread_idx.x
    if i < N:
        shared[local_i] = a[i]
    weft.barrier()
    if i < N:
        total = shared[local_i]
        if local_i > 0:
            total += shared[local_i - 1]
        if local_i > 1:
            total += shared[local_i - 2]
        out[i] = total

@weft.kernel
def dot(a: Tensor[f32, N], b: Tensor[f32, N], out: Tensor[f32, 1]):
    shared = weft.shared(f32, TPB)
    local_i = weft.thread_idx.x
    i = weft.block_idx.x * weft.block_dim.x + local_i
    shared[local_i] = 0.0
    if i < N:
        shared[local_i] = a[i] * b[i]
    weft.barrier()
    if local_i == 0:
        total = 0.0
        for k in range(TPB):
            total += shared[k]
        out[0] = total

@weft.kernel
def convolution(a: Tensor[f32, N], b: Tensor[f32, 4], out: Tensor[f32, N]):
    sa = weft.shared(f32, TPB + 3)
    sb = weft.shared(f32, 4)
    local_i = weft.thread_idx.x
    i = weft.block_idx.x * weft.block_dim.x + local_i
    sa[local_i] = a[i] if i < N else 0.0
    if local_i < 4:
        sb[local_i] = b[local_i]
    else:
        j = local_i - 4
        if j < 3:
            sa[TPB + j] = a[i - local_i + TPB + j] if i - local_i + TPB + j < N else 0.0
    weft.barrier()
    total = 0.0
    for k in range(4):
        total += sa[local_i + k] * sb[k]
    if i < N:
        out[i] = total

@weft.kernel
def prefix(a: Tensor[f32, N], out: Tensor[f32, M]):
    cache = weft.shared(f32, TPB)
    local_i = weft.thread_idx.x
    i = weft.block_idx.x * weft.block_dim.x + local_i
    cache[local_i] = a[i] if i < N else 0.0
    weft.barrier()
    for k in range(3):
        step = 1 << k
        if local_i % (2 * step) == 0:
            cache[local_i] = cache[local_i] + cache[local_i + step]
        weft.barrier()
    if local_i == 0:
        out[weft.block_idx.x] = cache[0]

@weft.kernel
def matmul(a: Tensor[f32, M, M], b: Tensor[f32, M, M], out: Tensor[f32, M, M]):
    sa, sb = weft.shared(f32, (3, 3)), weft.shared(f32, (3, 3))
    i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
    j = weft.block_idx.y * weft.block_dim.y + weft.thread_idx.y
    li, lj = weft.thread_idx.x, weft.thread_idx.y
    total = 0.0
    for k in range(0, M, 3):
        sa[li, lj] = a[i, k + lj] if i < M and k + lj < M else 0.0
        sb[li, lj] = b[k + li, j] if j < M and k + li < M else 0.0
        weft.barrier()
        for p in range(3):
            total += sa[li, p] * sb[p, lj]
        weft.barrier()
    if i < M and j < M:
        out[i, j] = total

def main(a, b, out, wide):
    pooling[1, TPB](a, out)
    dot[1, TPB](a, b, out)
    convolution[2, TPB](a, b, out)
    prefix[2, TPB](a, out)
    matmul[(3, 3), (3, 3)](wide, wide, wide)
"""

OTHERS = """
@weft.kernel
def hillis_steele(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(x, 128)
    t = weft.thread_idx.x
    part = weft.shared(f32, (2, 128))
    part[0, t] = x[i]
    weft.barrier()
    side = 0
    for k in range(7):
        step = 1 << k
        if t >= step:
            part[1 - side, t] = part[side, t] + part[side, t - step]
        else:
            part[1 - side, t] = part[side, t]
        side = 1 - side
        weft.barrier()
    y[i] = part[side, t]

@weft.kernel
def stencil(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 64)
    t = weft.thread_idx.x
    tile = weft.shared(f32, 66)
    tile[t + 1] = x[i]
    if t == 0:
        tile[0] = x[i - 1]
    if t == 63:
        tile[65] = x[i + 1]
    weft.barrier()
    y[i] = tile[t] + tile[t + 1] + tile[t + 2]

@weft.kernel
def grid_stride(alpha: f32, x: Tensor[f32, N]):
    first = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
    for i in range(first, N, weft.block_dim.x * weft.grid_dim.x):
        x[i] = alpha * x[i]

@weft.kernel
def histogram(x: Tensor[i32, N], bins: Tensor[i32, 256]):
    i = weft.tile_index(x, 256)
    t = weft.thread_idx.x
    own = weft.shared(i32, 256)
    own[t] = 0
    weft.barrier()
    weft.atomic_add(own, x[i], 1)
    weft.barrier()
    weft.atomic_add(bins, t, own[t])

@weft.kernel
def double_buffer(x: Tensor[f32, M, N], y: Tensor[f32, M]):
    row, t = weft.tile_index((M, 64), (1, 64))
    tile = weft.shared(f32, (2, 64))
    tile[0, t] = x[row, t]
    weft.barrier()
    total = 0.0
    for k in range(1, N // 64):
        tile[k % 2, t] = x[row, k * 64 + t]
        total += tile[(k + 1) % 2, 63 - t]
        weft.barrier()
    if t == 0:
        y[row] = total

@weft.kernel
def insertion(x: Tensor[f32, M, 8], y: Tensor[f32, M]):
    i = weft.index(y)
    best = weft.local(f32, 8)
    for k in range(8):
        best[k] = x[i, k]
    for k in range(1, 8):
        j = k
        while j > 0 and best[j - 1] > best[j]:
            best[j - 1], best[j] = best[j], best[j - 1]
            j -= 1
    y[i] = best[3]

@weft.kernel
def first_block_clears(y: Tensor[f32, N], flags: Tensor[i32, 4]):
    i = weft.index(y)
    if i < 4:
        flags[i] = 0
    y[i] = 0.0

@weft.kernel
def mean_and_variance(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    row, t = weft.tile_index((M, 256), (1, 256))
    sums = weft.shared(f32, (2, 256))
    total, squares = 0.0, 0.0
    for col in range(t, N, 256):
        total += x[row, col]
        squares += x[row, col] * x[row, col]
    sums[0, t] = total
    sums[1, t] = squares
    weft.barrier()
    step = 128
    while step > 0:
        if t < step:
            sums[0, t] += sums[0, t + step]
            sums[1, t] += sums[1, t + step]
        weft.barrier()
        step = step // 2
    mean = sums[0, 0] / N
    for col in range(t, N, 256):
        y[row, col] = (x[row, col] - mean) * weft.rsqrt(sums[1, 0] / N - mean * mean + 1e-5)
"""


def serious(text: str) -> list[str]:
    model = read(HEADER + text)
    found = [one for one in weft.lint.findings.check(model) if one.severity != "information"]
    return [f"{one.code}: {one.message} | {model.text[one.span.start : one.span.end]}" for one in found]


def test_the_puzzles():
    assert serious(PUZZLES) == []


def test_the_textbooks():
    assert serious(OTHERS) == []


def test_they_are_looked_at():
    """The same kernels without their barriers are wrong, and each is found to be."""
    for text in (PUZZLES, OTHERS):
        model = read(HEADER + text.replace("weft.barrier()", "pass"))
        with_barriers = {kernel.name for _, kernel in model.kernels() if kernel.ir and kernel.ir.shared}
        found = set[str]()
        for start, kernel in model.kernels():
            for one in weft.lint.findings.check(model):
                if one.code.startswith("race") and kernel.span.contains(one.span.start - start):
                    found.add(kernel.name)
        assert found == with_barriers
