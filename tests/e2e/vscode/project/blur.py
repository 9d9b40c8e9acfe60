"""A blur over three elements, with the neighbours shared by the threads of a block."""

import weft
from weft import Layout, Tensor, f32
from weft.dims import N

BLOCK = 256
HALO = Layout(BLOCK + 2)


@weft.kernel
def blur(weight: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, BLOCK)
    t = weft.thread_idx.x
    near = weft.shared(f32, HALO)
    near[t + 1] = x[i]
    if t == 0:
        near[0] = x[i - 1]
        near[BLOCK + 1] = x[i + BLOCK]
    weft.barrier()
    rest = (1 - weight) / 2
    y[i] = weight * near[t + 1] + rest * (near[t] + near[t + 2])
