"""Layer norm of each row: a block works on a row, takes its mean, then its variance around that mean."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

THREADS = 128


@weft.kernel
def layer_norm(
    x: Tensor[f32, M, N], weight: Tensor[f32, N], bias: Tensor[f32, N], epsilon: f32, y: Tensor[f32, M, N]
):
    row, thread = weft.tile_index((M, THREADS), (1, THREADS))
    total = f32(0)
    for col in range(thread, N, THREADS):
        total += x[row, col]
    mean = weft.block_sum(total) / N
    squares = f32(0)
    for col in range(thread, N, THREADS):
        squares += (x[row, col] - mean) ** 2
    scale = weft.rsqrt(weft.block_sum(squares) / N + epsilon)
    for col in range(thread, N, THREADS):
        y[row, col] = (x[row, col] - mean) * scale * weight[col] + bias[col]


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((512, 1000), dtype=np.float32) * 3 + 5
    weight, bias = rng.random(1000, dtype=np.float32), rng.random(1000, dtype=np.float32)
    y = np.empty_like(x)
    layer_norm(x, weight, bias, 1e-5, y)
    mean, variance = x.mean(1, keepdims=True), x.var(1, keepdims=True)
    expected = (x - mean) / np.sqrt(variance + 1e-5) * weight + bias
    print(f"layer_norm of {x.shape}: largest difference from NumPy {np.abs(y - expected).max():.1e}")
    np.testing.assert_allclose(y, expected, rtol=1e-3, atol=1e-5)


if __name__ == "__main__":
    main()
