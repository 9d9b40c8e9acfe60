import weft
from weft import Tensor, f32
from weft.dims import M, N


@weft.kernel
def row_sums(x: Tensor[f32, M, N], y: Tensor[f32, M]):
    row = weft.index(y)
    total = f32(0)
    for col in range(N):
        total += x[row, col]
    y[row] = totl


@weft.kernel
def scale(factor: f32, x: Tensor[f32, M, N], y: Tensor[f32, M, N]):
    i, j = weft.index(y)
    y[i, j] = factor * x[i, j]
