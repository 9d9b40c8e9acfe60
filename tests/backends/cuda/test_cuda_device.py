"""On a GPU: the cases of the CPU back end, and launches beside other libraries. Run with `-m gpu`."""

import numpy
import pytest
import weft
from cases_on import running_with, shared_tests
from cuda_kernels import add_2d, saxpy
from weft.errors import LaunchError
from weft.host.device_tensor import DeviceTensor
from weft.launch import Launcher

pytestmark = pytest.mark.gpu

globals().update(shared_tests())


@pytest.fixture(autouse=True, scope="module")
def _on_gpu():
    # The driver's library is needed to import this.
    from on_gpu import run

    with running_with(run):
        yield


def gpu(array: numpy.ndarray):
    from on_gpu import GpuArray

    return GpuArray(array)


def test_a_launch_in_32_bits():
    x, y = numpy.arange(1000, dtype="f4"), numpy.ones(1000, "f4")
    there = gpu(y)
    Launcher(saxpy()).launch((gpu(x), there))
    there.copy_back()
    numpy.testing.assert_array_equal(y, x + 1)


def test_two_axes_and_strides():
    x, y = numpy.arange(7000, dtype="f4").reshape(70, 100)[::2, ::-1], numpy.ones((35, 100), "f4")
    there = gpu(y)
    Launcher(add_2d()).launch((gpu(x), there))
    there.copy_back()
    numpy.testing.assert_array_equal(y, x + 1)


def test_the_longest_axis_lies_on_the_grids_x():
    x = numpy.arange(600_000 * 3, dtype="f4").reshape(600_000, 3)
    there, y = gpu(x), numpy.ones_like(x)
    result = gpu(y)
    launcher = Launcher(add_2d())
    chosen = launcher.geometry((there, result))
    assert chosen is not None
    assert (chosen.grid, chosen.grid_axes) == ((75_000, 1, 1), "yxz")
    launcher.launch((there, result))
    result.copy_back()
    numpy.testing.assert_array_equal(y, x + 1)


def test_torch_again_and_again():
    """Later launches are machine code: other sizes, other memory, the current stream."""
    torch = pytest.importorskip("torch")
    launcher = Launcher(saxpy())
    for round in range(3):
        for size in (1000, 1003, 1 << 20):
            x, y = torch.rand(size, device="cuda"), torch.ones(size, device="cuda")
            wanted = x + 1
            if round and launcher.fast()(x, y) is not None:
                raise AssertionError(f"machine code does not launch {size} elements")
            if not round:
                launcher.launch((x, y))
            assert torch.equal(y, wanted)
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        x, y = torch.rand(1000, device="cuda"), torch.ones(1000, device="cuda")
        wanted = x + 1
        assert launcher.fast()(x, y) is None
        assert torch.equal(y, wanted)


def test_cupy_again():
    cupy = pytest.importorskip("cupy")
    launcher = Launcher(saxpy())
    x, y = cupy.arange(1000, dtype="f4"), cupy.ones(1000, "f4")
    launcher.launch((x, y))
    y[:] = 1
    assert launcher.fast()(x, y) is None
    assert bool((y == x + 1).all())


def test_tensors_of_weft():
    x, y = weft.from_numpy(numpy.arange(1000, dtype="f4")), weft.full(1000, 2, device="cuda")
    assert isinstance(x, DeviceTensor)
    assert isinstance(y, DeviceTensor)
    launcher = Launcher(saxpy())
    launcher.launch((x, y))
    numpy.testing.assert_array_equal(y.to_numpy(), numpy.arange(1000) + 2)
    assert launcher.fast()(x, y) is None
    numpy.testing.assert_array_equal(y.to_numpy(), 2 * numpy.arange(1000) + 2)
    wide = weft.full((3, 5), -(2**40), weft.i64, device="cuda")
    assert isinstance(wide, DeviceTensor)
    assert wide.to_numpy().tolist() == [[-(2**40)] * 5] * 3


def test_torch_and_cupy_read_tensors_of_weft():
    made = weft.from_numpy(numpy.arange(12, dtype="f4").reshape(3, 4))
    torch = pytest.importorskip("torch")
    assert torch.from_dlpack(made).tolist() == made.to_numpy().tolist()  # type: ignore[union-attr]
    cupy = pytest.importorskip("cupy")
    assert cupy.asarray(made).tolist() == made.to_numpy().tolist()  # type: ignore[union-attr]


def test_an_empty_domain():
    nothing = gpu(numpy.zeros(0, "f4"))
    Launcher(saxpy()).launch((nothing, nothing))


def test_host_and_gpu_together():
    torch = pytest.importorskip("torch")
    with pytest.raises(LaunchError) as caught:
        Launcher(add_2d()).launch((numpy.ones((2, 2), "f4"), torch.ones((2, 2), device="cuda:0")))
    assert caught.value.diagnostic.message == (
        "`x` is in host memory and `y` in GPU 0; the tensors of a launch are in one place: move one of them"
    )


def test_torch():
    torch = pytest.importorskip("torch")
    x, y = torch.arange(1000, device="cuda", dtype=torch.float32), torch.ones(1000, device="cuda")
    Launcher(saxpy()).launch((x, y))
    assert torch.equal(y, x + 1)
    assert torch.cuda.current_device() == 0


def test_a_stream_of_torch():
    torch = pytest.importorskip("torch")
    stream = torch.cuda.Stream()
    x, y = torch.arange(1000, device="cuda", dtype=torch.float32), torch.ones(1000, device="cuda")
    torch.cuda.synchronize()
    Launcher(saxpy()).launch((x, y), stream=stream)
    Launcher(saxpy()).launch((x, y), stream=stream.cuda_stream)
    stream.synchronize()
    assert torch.equal(y, x + x + 1)


def test_the_second_of_two_devices():
    torch = pytest.importorskip("torch")
    if torch.cuda.device_count() < 2:
        pytest.skip("needs two GPUs")
    x, y = torch.arange(1000, device="cuda:1", dtype=torch.float32), torch.ones(1000, device="cuda:1")
    Launcher(saxpy()).launch((x, y))
    assert torch.equal(y, x + 1)
    assert torch.cuda.current_device() == 0


def test_cupy():
    cupy = pytest.importorskip("cupy")
    x, y = cupy.arange(1000, dtype="f4"), cupy.ones(1000, "f4")
    Launcher(saxpy()).launch((x, y), stream=cupy.cuda.Stream.null)
    assert bool((y == x + 1).all())


def test_what_is_no_stream():
    there = gpu(numpy.zeros(3, "f4"))
    with pytest.raises(LaunchError) as caught:
        Launcher(saxpy()).launch((there, there), stream="fast")
    assert caught.value.diagnostic.message == (
        "the stream is of type `str`; a stream is an integer handle, or a stream of cuda.core, PyTorch, CuPy or "
        "numba: pass one of these"
    )
