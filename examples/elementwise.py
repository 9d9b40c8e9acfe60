"""Elementwise with broadcasting: one number for each row, and one for each column."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import M, N


@weft.kernel
def elementwise(x: Tensor[f32, M, N], scale: Tensor[f32, M], shift: Tensor[f32, N], y: Tensor[f32, M, N]):
    row, col = weft.index(y)
    y[row, col] = weft.tanh(x[row, col] * scale[row] + shift[col])


def main() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((1000, 777), dtype=np.float32), np.empty((1000, 777), np.float32)
    scale, shift = rng.random(1000, dtype=np.float32), rng.random(777, dtype=np.float32)
    elementwise(x, scale, shift, y)
    expected = np.tanh(x * scale[:, None] + shift)
    print(f"elementwise of {x.shape}: largest difference from NumPy {np.abs(y - expected).max():.1e}")
    np.testing.assert_allclose(y, expected, atol=1e-6)


if __name__ == "__main__":
    main()
