"""A bias and the GELU function in one pass over memory, as after the matrix product of a transformer's layer."""

import math

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N


@weft.function
def gelu(x: f32) -> f32:
    return 0.5 * x * (1 + weft.erf(x * math.sqrt(0.5)))


@weft.kernel
def bias_gelu(x: Tensor[f32, M, N], bias: Tensor[f32, N], y: Tensor[f32, M, N]):
    row, col = weft.index(y)
    y[row, col] = gelu(x[row, col] + bias[col])


def main() -> None:
    rng = np.random.default_rng(0)
    x, bias = rng.standard_normal((512, 3072), dtype=np.float32), rng.random(3072, dtype=np.float32)
    y = np.empty_like(x)
    bias_gelu(x, bias, y)
    moved = x + bias
    expected = 0.5 * moved * (1 + np.vectorize(math.erf)(moved * math.sqrt(0.5)))
    print(f"bias_gelu of {x.shape}: largest difference from NumPy {np.abs(y - expected).max():.1e}")
    np.testing.assert_allclose(y, expected, atol=1e-5)


if __name__ == "__main__":
    main()
