import weft
from weft import Tensor, f32
from weft.dims import N
from weft.layout import Layout

TILE = Layout((4, 8), (8, 1))


@weft.kernel
def scale(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)  # 🧵 a character of two UTF-16 units
    y[i] = alpha * x[i]
