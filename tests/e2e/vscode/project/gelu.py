"""A bias and the GELU function in one pass over memory."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N

HALF_ROOT = 0.5**0.5


@weft.function
def gelu(x: f32) -> f32:
    return 0.5 * x * (1 + weft.erf(HALF_ROOT * x))


@weft.kernel
def bias_gelu(
    x: Tensor[f32, M, N],
    bias: Tensor[f32, N],
    y: Tensor[f32, M, N],
):
    row, col = weft.index(y)
    y[row, col] = gelu(x[row, col] + bias[col])


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((512, 3072), np.float32)
    bias, y = rng.random(3072, np.float32), np.empty_like(x)
    bias_gelu(x, bias, y)
