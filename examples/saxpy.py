"""y = alpha * x + y: one thread for each element, no grid and no guard to write."""

import numpy as np
import weft
from weft import Tensor, f32
from weft.dims import N


@weft.kernel
def saxpy(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = alpha * x[i] + y[i]


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.random(1_000_003, dtype=np.float32)
    y = rng.random(1_000_003, dtype=np.float32)
    expected = np.float32(2) * x + y
    saxpy(2.0, x, y)
    print(f"saxpy of {x.size:,} elements: largest difference from NumPy {np.abs(y - expected).max():.1e}")
    np.testing.assert_allclose(y, expected, rtol=1e-6)


if __name__ == "__main__":
    main()
