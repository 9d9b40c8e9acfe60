"""Kernels as a kernel engineer writes them: right, and written for speed. Nothing but what is listed may be said of them."""

STENCIL_2D = """
@weft.kernel
def heat(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    row, col = weft.tile_index(x, (16, 16))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    tile = weft.shared(f32, (18, 18))
    tile[ty + 1, tx + 1] = x[row, col]
    if ty == 0:
        tile[0, tx + 1] = x[row - 1, col]
    if ty == 15:
        tile[17, tx + 1] = x[row + 1, col]
    if tx == 0:
        tile[ty + 1, 0] = x[row, col - 1]
    if tx == 15:
        tile[ty + 1, 17] = x[row, col + 1]
    weft.barrier()
    around = tile[ty, tx + 1] + tile[ty + 2, tx + 1] + tile[ty + 1, tx] + tile[ty + 1, tx + 2]
    y[row, col] = 0.25 * around
"""

STENCIL_3D = """
@weft.kernel
def laplace(x: Tensor[f32, K, M, N], y: Tensor[f32, K, M, N]):
    row, col = weft.index((M, N))
    behind, here = f32(0), x[0, row, col]
    for k in range(K):
        ahead = x[k + 1, row, col] if k + 1 < K else f32(0)
        sides = x[k, row, col - 1] + x[k, row, col + 1] + x[k, row - 1, col] + x[k, row + 1, col]
        y[k, row, col] = sides + ahead + behind - 6 * here
        behind, here = here, ahead
"""

TREE_REDUCTION = """
BLOCK = 256

@weft.kernel
def sums(x: Tensor[f32, N], out: Tensor[f32, M]):
    t = weft.thread_idx.x
    part = weft.shared(f32, BLOCK)
    total = f32(0)
    i = weft.block_idx.x * BLOCK + t
    while i < N:
        total += x[i]
        i += BLOCK * weft.grid_dim.x
    part[t] = total
    weft.barrier()
    step = BLOCK // 2
    while step > 0:
        if t < step:
            part[t] += part[t + step]
        weft.barrier()
        step //= 2
    if t == 0:
        out[weft.block_idx.x] = part[0]

def main(x, out):
    sums[64, BLOCK](x, out)
"""

WARP_REDUCTION = """
@weft.kernel
def dot(x: Tensor[f32, N], y: Tensor[f32, N], out: Tensor[f32, 1]):
    i = weft.tile_index(x, 256)
    parts = weft.shared(f32, 8)
    total = x[i] * y[i]
    for k in weft.static_range(5):
        total += weft.shuffle_down(total, 16 >> k)
    if weft.lane_id == 0:
        parts[weft.warp_id] = total
    weft.barrier()
    if weft.warp_id == 0:
        total = parts[weft.lane_id] if weft.lane_id < 8 else f32(0)
        for k in weft.static_range(3):
            total += weft.shuffle_down(total, 4 >> k)
        if weft.lane_id == 0:
            weft.atomic_add(out, 0, total)
"""

BLELLOCH = """
@weft.kernel
def scan(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(x, 256)
    t = weft.thread_idx.x
    part = weft.shared(f32, 256)
    part[t] = x[i]
    weft.barrier()
    step = 1
    for level in range(8):
        at = (t + 1) * step * 2 - 1
        if at < 256:
            part[at] += part[at - step]
        step *= 2
        weft.barrier()
    if t == 0:
        part[255] = 0.0
    weft.barrier()
    for level in range(8):
        step //= 2
        at = (t + 1) * step * 2 - 1
        if at < 256:
            lower = part[at - step]
            part[at - step] = part[at]
            part[at] += lower
        weft.barrier()
    y[i] = part[t] + x[i]
"""

TRANSPOSE = """
@weft.kernel
def transpose(x: Tensor[f32, M, N], y: Tensor[f32, N, M]):
    tile = weft.shared(f32, (32, 33))
    tx, ty = weft.thread_idx.x, weft.thread_idx.y
    col, row = weft.block_idx.x * 32 + tx, weft.block_idx.y * 32 + ty
    for k in range(0, 32, 8):
        if row + k < M and col < N:
            tile[ty + k, tx] = x[row + k, col]
    weft.barrier()
    col, row = weft.block_idx.y * 32 + tx, weft.block_idx.x * 32 + ty
    for k in range(0, 32, 8):
        if row + k < N and col < M:
            y[row + k, col] = tile[tx, ty + k]

def main(x, y):
    transpose[(32, 32), (32, 8)](x, y)
"""

ATTENTION = """
D = 64
ROWS = 32

@weft.kernel
def attention(q: Tensor[f32, M, 64], k: Tensor[f32, N, 64], v: Tensor[f32, N, 64], out: Tensor[f32, M, 64], scale: f32):
    row, lane = weft.tile_index((M, 64), (1, 64))
    keys = weft.shared(f32, (ROWS, D + 1))
    values = weft.shared(f32, (ROWS, D))
    query = weft.shared(f32, D)
    scores = weft.shared(f32, ROWS)
    query[lane] = q[row, lane] * scale
    highest, total, held = f32(-1e30), f32(0), f32(0)
    for start in range(0, N, ROWS):
        for j in range(ROWS):
            keys[j, lane] = k[start + j, lane]
            values[j, lane] = v[start + j, lane]
        weft.barrier()
        if lane < ROWS:
            score = f32(0)
            for d in range(D):
                score += query[d] * keys[lane, d]
            scores[lane] = score if start + lane < N else f32(-1e30)
        weft.barrier()
        block_highest = highest
        for j in range(ROWS):
            block_highest = max(block_highest, scores[j])
        shrink = weft.exp(highest - block_highest)
        total, held = total * shrink, held * shrink
        for j in range(ROWS):
            weight = weft.exp(scores[j] - block_highest)
            total += weight
            held += weight * values[j, lane]
        highest = block_highest
        weft.barrier()
    out[row, lane] = held / total
"""

HISTOGRAM = """
BINS = 64

@weft.kernel
def histogram(x: Tensor[u8, N], counts: Tensor[i32, 64]):
    t = weft.thread_idx.x
    own = weft.shared(i32, (4, BINS))
    for k in range(t, 4 * BINS, weft.block_dim.x):
        own[k // BINS, k % BINS] = 0
    weft.barrier()
    copy = t // 32 % 4
    for i in range(weft.block_idx.x * weft.block_dim.x + t, N, weft.block_dim.x * weft.grid_dim.x):
        weft.atomic_add(own, (copy, x[i] % BINS), 1)
    weft.barrier()
    if t < BINS:
        weft.atomic_add(counts, t, own[0, t] + own[1, t] + own[2, t] + own[3, t])

def main(x, counts):
    histogram[80, 128](x, counts)
"""

MATMUL_DOUBLE_BUFFERED = """
TILE = 32

@weft.kernel
def matmul(a: Tensor[f32, M, K], b: Tensor[f32, K, N], c: Tensor[f32, M, N]):
    row, col = weft.tile_index(c, (TILE, TILE))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    left = weft.shared(f32, (2, TILE, TILE))
    right = weft.shared(f32, (2, TILE, TILE))
    left[0, ty, tx] = a[row, tx]
    right[0, ty, tx] = b[ty, col]
    weft.barrier()
    total = f32(0)
    steps = weft.ceil_div(K, TILE)
    for k in range(steps):
        now, following = k % 2, (k + 1) % 2
        if k + 1 < steps:
            left[following, ty, tx] = a[row, (k + 1) * TILE + tx]
            right[following, ty, tx] = b[(k + 1) * TILE + ty, col]
        for p in range(TILE):
            total += left[now, ty, p] * right[now, p, tx]
        weft.barrier()
    c[row, col] = total
"""

MATMUL_REGISTERS = """
T = 64

@weft.kernel
def matmul(a: Tensor[f32, M, K], b: Tensor[f32, K, N], c: Tensor[f32, M, N]):
    brow, bcol, t = weft.tile_index((weft.ceil_div(M, T), weft.ceil_div(N, T), 256), (1, 1, 256))
    ty, tx = t // 16, t % 16
    left = weft.shared(f32, (16, T + 1))
    right = weft.shared(f32, (16, T))
    sums = weft.local(f32, (4, 4))
    for i in weft.static_range(4):
        for j in weft.static_range(4):
            sums[i, j] = 0.0
    for k in range(0, K, 16):
        for s in range(4):
            left[t % 16, t // 16 + 16 * s] = a[brow * T + t // 16 + 16 * s, k + t % 16]
            right[t // 64 + 4 * s, t % 64] = b[k + t // 64 + 4 * s, bcol * T + t % 64]
        weft.barrier()
        for p in range(16):
            for i in weft.static_range(4):
                for j in weft.static_range(4):
                    sums[i, j] += left[p, ty * 4 + i] * right[p, tx + 16 * j]
        weft.barrier()
    for i in weft.static_range(4):
        for j in weft.static_range(4):
            c[brow * T + ty * 4 + i, bcol * T + tx + 16 * j] = sums[i, j]
"""

PIPELINE = """
STAGES = 3

@weft.kernel
def total(x: Tensor[f32, M, N], out: Tensor[f32, M]):
    row, t = weft.tile_index((M, 128), (1, 128))
    tiles = weft.shared(f32, (STAGES, 128))
    for s in weft.static_range(STAGES - 1):
        weft.copy_async(tiles[s, :], x[row, :].tile(128, s))
        weft.commit_async()
    sum = f32(0)
    for step in range(weft.ceil_div(N, 128)):
        weft.wait_async(STAGES - 2)
        weft.barrier()
        weft.copy_async(tiles[(step + STAGES - 1) % STAGES, :], x[row, :].tile(128, step + STAGES - 1))
        weft.commit_async()
        sum += tiles[step % STAGES, 127 - t]
    sum = weft.block_sum(sum)
    if t == 0:
        out[row] = sum
"""

LAYER_NORM = """
@weft.kernel
def layer_norm(x: Tensor[f32, M, N], gain: Tensor[f32, N], bias: Tensor[f32, N], y: Tensor[f32, M, N], eps: f32):
    row, t = weft.tile_index((M, 256), (1, 256))
    total, squares = f32(0), f32(0)
    for col in range(t, N, 256):
        value = x[row, col]
        total += value
        squares += value * value
    mean = weft.block_sum(total) / N
    scale = weft.rsqrt(weft.block_sum(squares) / N - mean * mean + eps)
    for col in range(t, N, 256):
        y[row, col] = (x[row, col] - mean) * scale * gain[col] + bias[col]
"""

SPMV = """
@weft.kernel
def spmv(values: Tensor[f32, K], columns: Tensor[i32, K], starts: Tensor[i32, M], x: Tensor[f32, N], y: Tensor[f32, M]):
    row, lane = weft.tile_index((M, 32), (4, 32))
    total = f32(0)
    if row + 1 < M:
        for k in range(starts[row] + lane, starts[row + 1], 32):
            total += values[k] * x[columns[k]]
    total = weft.warp_sum(total)
    if lane == 0:
        y[row] = total
"""

BITONIC = """
SIZE = 512

@weft.kernel
def sort(x: Tensor[f32, N]):
    i = weft.tile_index(x, SIZE)
    t = weft.thread_idx.x
    keys = weft.shared(f32, SIZE)
    keys[t] = x[i] if i < N else f32(3e38)
    weft.barrier()
    size = 2
    while size <= SIZE:
        step = size // 2
        while step > 0:
            other = t ^ step
            if other > t:
                low, high = keys[t], keys[other]
                if (low > high) == ((t & size) == 0):
                    keys[t] = high
                    keys[other] = low
            weft.barrier()
            step //= 2
        size *= 2
    x[i] = keys[t]
"""

COMPACT = """
@weft.kernel
def positive(x: Tensor[f32, N], out: Tensor[f32, N], count: Tensor[i32, 1]):
    i = weft.index(x, block=256)
    first = weft.shared(i32, 1)
    value = x[i]
    keep = value > 0 and weft.in_domain()
    place = weft.block_scan(1 if keep else 0, exclusive=True)
    total = weft.block_sum(1 if keep else 0)
    if weft.thread_idx.x == 0:
        first[0] = weft.atomic_add(count, 0, total)
    weft.barrier()
    if keep:
        out[first[0] + place] = value
"""

SOFTMAX_WARP = """
@weft.kernel
def softmax(x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    row, lane = weft.tile_index((M, 32), (8, 32))
    highest = f32(-3e38)
    for col in range(lane, N, 32):
        highest = max(highest, x[row, col])
    highest = weft.warp_max(highest)
    total = f32(0)
    for col in range(lane, N, 32):
        total += weft.exp(x[row, col] - highest)
    total = weft.warp_sum(total)
    for col in range(lane, N, 32):
        y[row, col] = weft.exp(x[row, col] - highest) / total
"""

CONVOLUTION = """
R = 4
WIDTH = 2 * R + 1

@weft.kernel
def blur(x: Tensor[f32, M, N], weights: Tensor[f32, 9], y: Tensor[f32, M, N]):
    row, col = weft.tile_index(x, (4, 64))
    ty, tx = weft.thread_idx.y, weft.thread_idx.x
    line = weft.shared(f32, (4, 64 + 2 * R))
    taps = weft.shared(f32, WIDTH)
    if ty == 0 and tx < WIDTH:
        taps[tx] = weights[tx]
    for k in range(tx, 64 + 2 * R, 64):
        line[ty, k] = x[row, weft.block_idx.x * 64 + k - R]
    weft.barrier()
    total = f32(0)
    for k in weft.static_range(WIDTH):
        total += taps[k] * line[ty, tx + k]
    y[row, col] = total
"""

GEMV = """
@weft.kernel
def gemv(a: Tensor[f16, M, N], x: Tensor[f16, N], y: Tensor[f32, M]):
    row, t = weft.tile_index((M, 64), (1, 64))
    total = f32(0)
    for k in range(t, weft.ceil_div(N, 8), 64):
        left, right = a[row, :].vector(8)[k], x.vector(8)[k]
        for j in weft.static_range(8):
            total += f32(left[j]) * f32(right[j])
    total = weft.block_sum(total)
    if t == 0:
        y[row] = total
"""

ARGMAX = """
@weft.kernel
def argmax(x: Tensor[f32, M, N], out: Tensor[i32, M]):
    row, t = weft.tile_index((M, 128), (1, 128))
    values, places = weft.shared(f32, 128), weft.shared(i32, 128)
    best, place = f32(-3e38), i32(0)
    for col in range(t, N, 128):
        if x[row, col] > best:
            best, place = x[row, col], i32(col)
    values[t], places[t] = best, place
    weft.barrier()
    for k in range(7):
        step = 64 >> k
        if t < step and values[t + step] > values[t]:
            values[t], places[t] = values[t + step], places[t + step]
        weft.barrier()
    if t == 0:
        out[row] = places[0]
"""

VECTORS_IN_SHARED_MEMORY = """
@weft.kernel
def reverse(x: Tensor[f32, N], y: Tensor[f32, N]):
    block, t = weft.tile_index((weft.ceil_div(N, 512), 128), (1, 128))
    tile = weft.shared(f32, 512)
    tile.vector(4)[t] = x.tile(512, block).vector(4)[t]
    weft.barrier()
    part = tile.vector(4)[127 - t]
    for j in weft.static_range(4):
        y.tile(512, block)[4 * t + j] = part[3 - j]
"""

KERNELS = {name.lower(): text for name, text in list(globals().items()) if name.isupper()}
