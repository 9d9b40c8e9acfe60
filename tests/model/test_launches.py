"""Launches in the text: the same questions and words as at run time."""

from annotations import check

KERNELS = """
    @weft.kernel
    def scale(alpha: f32, x: Tensor[f32, N], y: Tensor[f32, N]):
        i = weft.index(y)
        y[i] = alpha * x[i]

    @weft.kernel
    def tiled(x: Tensor[f32, M, N]):
        i, j = weft.tile_index(x, (8, 32))
        x[i, j] = 1.0

    x, y = np.ones(64, np.float32), np.ones(64, dtype="float32")
    square = np.full((64, 64), 1.0, dtype=np.float32)
"""


def test_right_launches():
    check(
        KERNELS
        + """
    scale(2.0, x, y)
    scale(2, x=x, y=y)
    scale[1, 64](2.0, x, y)
    scale[(1, 1, 1), (64,)](2.0, x, y)
    tiled(square)
    tiled[(2, 8), (32, 8)](square)
    scale(*[2.0, x, y])
    scale(2.0, unknown(), y)
    """
    )


def test_threads_of_a_block():
    check(
        KERNELS
        + """
    THREADS = 2048
    scale[1, THREADS](2.0, x, y)
           # ^^^^^^^ launch-threads: a block of 2048 threads is over the limit of 1024 threads per block of any CUDA GPU: use a smaller block and more blocks
    """
    )


def test_lengths_of_axes():
    check(
        KERNELS
        + """
    scale[(1, 70000), 32](2.0, x, y)
        # ^^^^^^^^^^ launch-grid: grid.y is 70,000, over the limit of 65,535 of any CUDA GPU: put the longest axis on x, or give each thread more to do
    scale[1, (1, 1, 128)](2.0, x, y)
           # ^^^^^^^^^^^ launch-block: block.z is 128, over the limit of 64 of any CUDA GPU: put the longest axis on x, or give each thread more to do
    scale[0, 32](2.0, x, y)
        # ^ launch-geometry: grid.x is 0; each size of a grid is at least 1: skip the launch when there is nothing to do
    """
    )


def test_a_geometry_that_is_none():
    check(
        KERNELS
        + """
    scale[1000 / 256, 256](2.0, x, y)
        # ^^^^^^^^^^ launch-geometry: the grid is of type `float`; a grid is an integer, or a tuple of one to three integers: correct it
    scale[4, (32, "4")](2.0, x, y)
           # ^^^^^^^^^ launch-geometry: the block is of type `str`; a block is an integer, or a tuple of one to three integers: correct it
    scale[(1, 1, 1, 1), 32](2.0, x, y)
        # ^^^^^^^^^^^^ launch-geometry: the grid has 4 sizes; a grid is an integer, or a tuple of one to three integers: correct it
    scale[1000 // 256 - 1, (32, 1, 1)](2.0, x, y)
    """
    )


def test_axes_that_the_domain_does_not_have():
    check(
        KERNELS
        + """
    scale[1, (32, 2)](2.0, x, y)
           # ^^^^^^^ launch-geometry: block.y is 2 and the domain of `scale` has 1 axis: threads along y would all do the same work; make it 1
    """
    )


def test_a_block_that_the_kernel_fixes():
    check(
        KERNELS
        + """
    tiled[(2, 8), (16, 16)](square)
                # ^^^^^^^^ launch-block-fixed: `tiled` fixes its block to 32 × 8 × 1 threads and the launch gives 16 × 16 × 1: pass that block, or call `tiled(...)` and leave the geometry to Weft
    """
    )


def test_arguments():
    check(
        KERNELS
        + """
    scale(2.0, x, y, 3)
    #^^^^^^^^^^^^^^^^^^ launch-arguments: 4 arguments were given; `scale(alpha, x, y)` takes 3: drop the extra ones
    scale(2.0, x, z=y)
                # ^^^ launch-arguments: `z` is not a parameter; `scale(alpha, x, y)` takes `alpha`, `x` and `y`: correct the name
    scale(2.0, x, yy=y)
                # ^^^^ launch-arguments: `yy` is not a parameter; `scale(alpha, x, y)` takes `alpha`, `x` and `y`: did you mean `y`?
    scale(2.0, x)
    #^^^^^^^^^^^^ launch-arguments: `y` is missing; `scale(alpha, x, y)` takes 3 arguments: pass it
    scale(2.0, x, square)
                # ^^^^^^ launch-rank: `y` has 2 axes; the kernel declares 1 axis: reshape it, or change the declaration
    scale("2", x, y)
        # ^^^ launch-dtype: `alpha` is of type `str`; the kernel declares `f32`: pass a number
    """
    )


def test_a_launch_inside_a_function():
    check(
        KERNELS
        + """
    def main():
        z = np.zeros(64, np.float32)
        scale(1.0, x, z)
    def other(x):
        scale(1.0, x, np.zeros(3, np.int32))
                    # ^^^^^^^^^^^^^^^^^^^^^ launch-dtype: `y` has dtype i32; the kernel declares `f32`: convert it before the launch, or change the declaration
    """
    )
