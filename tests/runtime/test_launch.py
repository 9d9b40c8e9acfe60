import numpy as np
import pytest
from kernels import N, fill, saxpy, scale_2d
from weft import launch
from weft.errors import LaunchError
from weft.launch import Launcher
from weft.model import fold
from weft.model.dtypes import INDEX
from weft.model.ir import Kernel, Param
from weft.model.limits import Geometry


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def words(kernel: Kernel, *args: object, geometry: object = None, **kwargs: object) -> str:
    """What the launch complains about, whole."""
    with pytest.raises(LaunchError) as caught:
        Launcher(kernel).launch(args, kwargs, geometry)  # type: ignore[arg-type]
    assert caught.value.filename == __file__
    return "\n".join(f"{found.code}: {found.message}" for found in caught.value.diagnostics)


def test_a_contiguous_launch_passes_addresses_dimensions_and_scalars(backend):
    x, y = np.ones(1000, np.float32), np.ones(1000, np.float32)
    Launcher(saxpy()).launch((2, x, y))
    assert backend.launched == [([2.0, address(x), 1000, address(y)], Geometry((8, 1, 1), (128, 1, 1)))]
    assert backend.compiled[0].contiguous == {"x", "y"}
    assert backend.compiled[0].index_bits == 32


def test_strides_are_passed_in_elements_and_views_compile_their_own_version(backend):
    x, y = np.ones(20, np.float32), np.ones(10, np.float32)
    launcher = Launcher(saxpy())
    launcher.launch((2.0, x[::2], y))
    launcher.launch((2.0, x[::-2], y))
    launcher.launch((2.0, y, y))
    assert backend.launched[0][0] == [2.0, address(x), 10, 2, address(y)]
    assert backend.launched[1][0] == [2.0, address(x) + 19 * 4, 10, -2, address(y)]
    assert [version.contiguous for version in backend.compiled] == [{"y"}, {"x", "y"}]


def test_keywords_bind(backend):
    x = np.ones(10, np.float32)
    Launcher(saxpy()).launch((2.0,), {"y": x, "x": x})
    assert backend.launched[0][0] == [2.0, address(x), 10, address(x)]


def test_the_last_axis_runs_along_x(backend):
    Launcher(scale_2d()).launch((np.ones((20, 100), np.float32),))
    assert backend.launched[0][1] == Geometry((4, 3, 1), (32, 8, 1))


def test_a_block_that_the_kernel_fixes_wins(backend):
    Launcher(scale_2d(block=(4, 64))).launch((np.ones((20, 100), np.float32),))
    assert backend.launched[0][1] == Geometry((2, 5, 1), (64, 4, 1))


def test_an_extent_is_computed(backend):
    half = fold.floordiv(fold.add(N, fold.const(1)), fold.const(2))
    Launcher(saxpy(half)).launch((2.0, np.ones(1001, np.float32), np.ones(1001, np.float32)))
    assert backend.launched[0][1].grid == (4, 1, 1)


def test_a_scalar_that_is_the_domain_decides_the_grid_each_time(backend):
    launcher = Launcher(saxpy(fold.convert(Param("alpha", INDEX), INDEX)))
    x = np.ones(1000, np.float32)
    launcher.launch((100, x, x))
    launcher.launch((300, x, x))
    assert [geometry.grid[0] for _, geometry in backend.launched] == [1, 3]


def test_an_empty_domain_launches_nothing(backend):
    Launcher(saxpy()).launch((2.0, np.ones(0, np.float32), np.ones(0, np.float32)))
    assert backend.launched == []


def test_a_second_launch_compiles_nothing(backend):
    launcher = Launcher(saxpy())
    for n in (10, 10, 20):
        launcher.launch((2.0, np.ones(n, np.float32), np.ones(n, np.float32)))
    assert len(backend.compiled) == 1
    assert len(backend.launched) == 3


def test_what_is_remembered_is_bounded(backend, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(launch, "_MAX_PLANS", 3)
    monkeypatch.setattr(launch, "_MAX_VERSIONS", 2)
    launcher = Launcher(saxpy())
    x, y = np.ones(40, np.float32), np.ones(40, np.float32)
    for n in range(1, 20):
        launcher.launch((2.0, x[:n], y[:n]))
        launcher.launch((2.0, x[: 2 * n : 2], y[:n]))
        launcher.launch((2.0, x[:n], y[:n][::-1]))
    assert (len(launcher._plans), len(launcher._versions)) == (3, 2)
    assert len(backend.launched) == 3 * 19


def test_a_large_view_indexes_in_64_bits(backend):
    x = np.ones(2, np.float32)
    far = np.lib.stride_tricks.as_strided(x, (2,), (2**31 * 4,))
    Launcher(saxpy()).launch((2.0, far, np.ones(2, np.float32)))
    assert backend.compiled[0].index_bits == 64


def test_explicit_geometry(backend):
    x = np.ones(10, np.int32)
    Launcher(fill()).launch((x, 3), None, ((2, 3), 64))
    assert backend.launched == [([address(x), 3], Geometry((2, 3, 1), (64, 1, 1)))]


def test_the_chosen_geometry_can_be_asked(backend):
    x = np.ones(1000, np.float32)
    chosen = Launcher(saxpy()).geometry((2.0, x, x))
    assert str(chosen) == (
        "grid 8, block 128 on cpu\n"
        "the domain has 1,000 points; its last axis runs along x, where neighbouring threads touch neighbours"
    )
    assert backend.launched == []


def test_numpy_scalars_are_numbers(backend):
    x = np.ones(10, np.int32)
    Launcher(fill()).launch((x, np.int64(3)), None, (1, 1))
    assert backend.launched[0][0] == [address(x), 3]


def test_too_few_arguments(backend):
    assert words(saxpy(), 2.0) == (
        "launch-arguments: `x` and `y` are missing; `saxpy(alpha, x, y)` takes 3 arguments: pass them"
    )


def test_another_dtype(backend):
    assert words(saxpy(), 2.0, np.ones(3), np.ones(3, np.float32)) == (
        "launch-dtype: `x` has dtype f64; the kernel declares `f32`: convert it before the launch, or change the "
        "declaration"
    )


def test_a_dtype_that_weft_has_not(backend):
    assert words(saxpy(), 2.0, np.ones(3, ">f4"), np.ones(3, np.float32)) == (
        "launch-dtype: `x` has dtype >f4; the kernel declares `f32`: convert it before the launch, or change the "
        "declaration"
    )


def test_no_tensor(backend):
    assert words(saxpy(), 2.0, [1.0], np.ones(3, np.float32)) == (
        "launch-dtype: `x` is of type `list`; the kernel declares a tensor of `f32` with 1 axis: pass a NumPy array "
        "or a tensor with DLPack or `__cuda_array_interface__`"
    )


def test_no_number(backend):
    x = np.ones(3, np.float32)
    assert words(saxpy(), x, x, x) == (
        "launch-dtype: `alpha` is a tensor; the kernel declares `f32`: pass a number"
    )


def test_dimensions_that_disagree(backend):
    assert words(saxpy(), 2.0, np.ones(3, np.float32), np.ones(4, np.float32)) == (
        "launch-dims: `N` is 3 in `x.shape[0]` and 4 in `y.shape[0]`; a dimension has one value in a launch: pass "
        "tensors that agree, or give the parameter another dimension"
    )


def test_a_read_only_tensor_that_is_written(backend):
    x, y = np.ones(3, np.float32), np.ones(3, np.float32)
    x.flags.writeable = y.flags.writeable = False
    assert words(saxpy(), 2.0, x, y) == (
        "launch-read-only: `y` is read-only and the kernel writes to it: pass a writable tensor, or a copy"
    )


def test_a_number_out_of_range(backend):
    assert words(fill(), np.ones(3, np.int32), 2**31) == (
        "launch-range: `n` is 2147483648; the kernel declares `i32`, which holds -2147483648 to 2147483647: declare a "
        "wider dtype, or pass a smaller number"
    )


def test_strides_that_no_element_makes(backend):
    x = np.ones(3, np.dtype([("a", np.int8), ("b", np.float32)]))["b"]
    assert words(saxpy(), 2.0, x, np.ones(3, np.float32)) == (
        "launch-strides: `x` has strides of 5 bytes, and elements of 4; a stride is a multiple of the element's size: "
        "pass a copy"
    )


def test_tensors_in_two_places(backend):
    class Device:
        type, index = "cuda", 1

    class Torch:
        dtype, device, shape = "torch.float32", Device, (3,)

        def data_ptr(self):
            return 64

        def stride(self):
            return (1,)

    assert words(saxpy(), 2.0, Torch(), np.ones(3, np.float32)) == (
        "launch-device: `x` is in GPU 1 and `y` in host memory; the tensors of a launch are in one place: move one of "
        "them"
    )


def test_no_geometry_for_a_kernel_without_domain(backend):
    assert words(fill(), np.ones(3, np.int32), 1) == (
        "launch-geometry-missing: `fill` has no domain, so its grid and block are not known: launch it as "
        "`fill[grid, block](...)`, or name its domain with `weft.index`"
    )


def test_too_many_threads(backend):
    assert words(fill(), np.ones(3, np.int32), 1, geometry=(1, 2048)) == (
        "launch-threads: a block of 2048 threads is over the limit of 1024 threads per block of any CUDA GPU: use a "
        "smaller block and more blocks"
    )
    assert backend.launched == []


def test_a_grid_of_any_size_on_the_cpu(backend):
    Launcher(scale_2d()).launch((np.ones((8 * 65536, 1), np.float32),))
    assert backend.launched[0][1].grid == (1, 65536, 1)


def test_a_given_grid_that_is_too_high(backend):
    assert words(scale_2d(), np.ones((8, 8), np.float32), geometry=((1, 65536), (32, 8))) == (
        "launch-grid: grid.y is 65,536, over the limit of 65,535 of any CUDA GPU: put the longest axis on x, or give "
        "each thread more to do"
    )


def test_geometry_of_wrong_types(backend):
    x = np.ones(3, np.int32)
    assert words(fill(), x, 1, geometry=("a", 1)) == (
        "launch-geometry: the grid is of type `str`; a grid is an integer, or a tuple of one to three integers: "
        "correct it"
    )
    assert words(fill(), x, 1, geometry=(1, 1.5)) == (
        "launch-geometry: the block is of type `float`; a block is an integer, or a tuple of one to three integers: "
        "correct it"
    )
    assert words(fill(), x, 1, geometry=((1, 1, 1, 1), 1)) == (
        "launch-geometry: the grid has 4 sizes; a grid is an integer, or a tuple of one to three integers: correct it"
    )


def test_another_block_than_the_kernel_fixes(backend):
    x = np.ones((20, 100), np.float32)
    assert words(scale_2d(block=(4, 64)), x, geometry=(1, (4, 64))) == (
        "launch-block-fixed: `scale` fixes its block to 64 × 4 × 1 threads and the launch gives 4 × 64 × 1: pass that "
        "block, or call `scale(...)` and leave the geometry to Weft"
    )


def test_an_extent_that_divides_by_zero(backend):
    kernel = saxpy(fold.floordiv(fold.const(8), N))
    assert words(kernel, 2.0, np.ones(0, np.float32), np.ones(0, np.float32)) == (
        "launch-extent: the extent of the kernel's domain along axis 0 divides by zero for these arguments: pass "
        "others, or write the extent so that it cannot"
    )


def test_a_stream_for_host_memory(backend):
    x = np.ones(3, np.float32)
    with pytest.raises(LaunchError) as caught:
        Launcher(saxpy()).launch((2.0, x, x), stream=7)
    assert caught.value.diagnostic.message == (
        "a stream was given and the tensors of `saxpy` are in host memory; only a GPU has streams: drop the stream, "
        "or move the tensors to a GPU"
    )


def test_every_fault_is_listed(backend):
    found = words(saxpy(), "a", np.ones(3), np.ones((2, 2), np.float32))
    assert [line.partition(":")[0] for line in found.splitlines()] == [
        "launch-dtype",
        "launch-dtype",
        "launch-rank",
    ]
