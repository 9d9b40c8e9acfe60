"""Attention, forward: `softmax(q @ k.T / sqrt(K)) @ v` of each head, in f16 on tensor cores, without the matrix of weights.

Each block has 64 queries, each of its four warps 16. The keys come 32 at a time. A warp keeps for each of its queries the
highest score so far and the sum of the weights below it; a higher score shrinks what was summed before.
"""

import math

import numpy as np
import weft
from weft import Tensor, f16, f32
from weft.dims import H, K, M, N

D = 64  # at least K, the width of a head: outside of a tensor are zeros
WARPS = 4
QUERIES = 16 * WARPS
KEYS = 32
LOG2_E = math.log2(math.e)  # exp2 is what the GPU has
LOWEST = -math.inf


@weft.kernel
def attention(
    q: Tensor[f16, H, M, K], k: Tensor[f16, H, N, K], v: Tensor[f16, H, N, K], out: Tensor[f16, H, M, K]
):
    head, part, thread = weft.tile_index((H, weft.ceil_div(M, QUERIES), 32 * WARPS), (1, 1, 32 * WARPS))
    warp = thread // 32
    scale = LOG2_E / weft.sqrt(f32(K))
    queries = weft.shared(f16, (QUERIES, D), swizzle=(3, 3, 3))
    keys = weft.shared(f16, (KEYS, D), swizzle=(3, 3, 3))
    values = weft.shared(f16, (KEYS, D), swizzle=(3, 3, 3))

    weft.copy_async(queries, q[head, :, :].tile((QUERIES, D), (part, 0)))
    weft.commit_async()
    weft.wait_async()
    weft.barrier()
    left = weft.fragment_a(queries.tile((16, D), (warp, 0)))

    highest = weft.accumulator(16, 1, LOWEST)
    total = weft.accumulator(16, 1)
    result = weft.accumulator(16, D)
    for step in range(weft.ceil_div(N, KEYS)):
        weft.barrier()
        weft.copy_async(keys, k[head, :, :].tile((KEYS, D), (step, 0)))
        weft.copy_async(values, v[head, :, :].tile((KEYS, D), (step, 0)))
        weft.commit_async()
        weft.wait_async()
        weft.barrier()

        weights = weft.mma(left, weft.fragment_b(keys.T), weft.accumulator(16, KEYS)) * scale
        for at in weft.static_range(16 * KEYS // 32):
            _, key = weft.fragment_index(weights, at)
            if step * KEYS + key >= N:
                weights[at] = LOWEST
        higher = weft.maximum(weft.row_max(weights), highest)
        shrink = weft.exp2(highest - higher)
        weights = weft.exp2(weights - higher)
        total = total * shrink + weft.row_sum(weights)
        result = weft.mma(weft.as_fragment_a(weights, f16), weft.fragment_b(values), result * shrink)
        highest = higher
    weft.store_fragment(out[head, :, :].tile((16, D), (part * WARPS + warp, 0)), result / total)


def reference(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    q, k, v = (one.astype(np.float32) for one in (q, k, v))
    scores = q @ k.swapaxes(1, 2) / math.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ v


def main() -> None:
    rng = np.random.default_rng(0)
    q, k, v = (rng.standard_normal((4, size, D)).astype(np.float16) for size in (200, 333, 333))
    out = np.empty_like(q)
    attention(q, k, v, out)
    difference = np.abs(out - reference(q, k, v)).max()
    print(
        f"attention of {q.shape} queries and {k.shape[1]} keys: largest difference from NumPy {difference:.1e}"
    )
    np.testing.assert_allclose(out, reference(q, k, v), rtol=2e-3, atol=2e-3)


if __name__ == "__main__":
    main()
