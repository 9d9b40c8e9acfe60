"""The compiler chooses wide accesses where the arguments of a launch allow them."""

from dataclasses import replace

import numpy
import pytest
import weft
from weft import Tensor, bf16, f32, f64
from weft.backends import cuda
from weft.dims import M, N
from weft.geometry import choose
from weft.kernel import ir_of
from weft.launch import Launcher
from weft.model.specialization import Specialization


@weft.kernel
def add(x: Tensor[f32, N], y: Tensor[f32, N], z: Tensor[f32, N]):
    i = weft.index(z)
    z[i] = x[i] + y[i]


@weft.kernel
def scaled_rows(x: Tensor[bf16, M, N], bias: Tensor[bf16, N], scale: Tensor[bf16, M], y: Tensor[bf16, M, N]):
    i, j = weft.index(y)
    shifted = x[i, j] + bias[j]
    y[i, j] = shifted * scale[i]


@weft.kernel
def doubled(x: Tensor[f64, N], y: Tensor[f64, N]):
    i = weft.index(y)
    y[i] = 2.0 * x[i]


@weft.kernel
def reversed_order(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = x[N - 1 - i]


@weft.kernel
def over_a_barrier(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    weft.barrier()
    y[i] = x[i]


def specialization(
    kernel: weft.Kernel, *, divisible: tuple[str, ...] = ("N",), unaligned: str = ""
) -> Specialization:
    names = frozenset(parameter.name for parameter in ir_of(kernel).parameters)
    aligned = names - {unaligned}
    found = Specialization(names, index_bits=32, aligned=aligned, divisible=frozenset(divisible))
    return replace(found, elements_per_thread=cuda.elements_per_thread(ir_of(kernel), found))


def accesses(kernel: weft.Kernel, found: Specialization) -> list[str]:
    lines = cuda.compile(ir_of(kernel), found).ptx.splitlines()
    return sorted(line.split()[0] for line in lines if "d.global" in line or "st.global" in line)


def test_four_floats_make_one_access():
    assert accesses(add, specialization(add)) == ["ld.global.v4.f32", "ld.global.v4.f32", "st.global.v4.f32"]


def test_eight_halves_make_one_access_and_what_is_shared_is_read_once():
    found = accesses(scaled_rows, specialization(scaled_rows))
    assert found == ["ld.global.u16", "ld.global.v4.u32", "ld.global.v4.u32", "st.global.v4.u32"]


def test_two_doubles_make_one_access():
    assert accesses(doubled, specialization(doubled)) == ["ld.global.v2.f64", "st.global.v2.f64"]


@pytest.mark.parametrize("unaligned", ["x", "z"])
def test_a_tensor_that_is_not_aligned_takes_the_scalar_version(unaligned: str):
    found = specialization(add, unaligned=unaligned)
    assert found.elements_per_thread == 1
    assert accesses(add, found) == ["ld.global.f32", "ld.global.f32", "st.global.f32"]


def test_an_extent_that_is_no_multiple_takes_the_scalar_version():
    assert specialization(add, divisible=()).elements_per_thread == 1


@pytest.mark.parametrize("kernel", [reversed_order, over_a_barrier], ids=lambda kernel: kernel.__name__)
def test_a_kernel_that_does_not_qualify(kernel: weft.Kernel):
    assert specialization(kernel).elements_per_thread == 1


def test_the_grid_is_as_much_smaller():
    assert ir_of(add).domain is not None
    geometry = choose(ir_of(add), {"N": 1 << 20}, (256, 1, 1), 4)
    assert geometry is not None
    assert geometry.grid == (1024, 1, 1)


@pytest.mark.gpu
@pytest.mark.parametrize("start", [0, 1])
def test_on_a_gpu(start: int):
    from on_gpu import GpuArray

    x, y, z = (numpy.random.default_rng(seed).random(4096 + start, "f4") for seed in range(3))
    there = [GpuArray(array) for array in (x, y, z)]
    Launcher(ir_of(add)).launch(there)
    there[2].copy_back()
    numpy.testing.assert_array_equal(z, x + y)


@pytest.mark.gpu
def test_rows_on_a_gpu():
    import ml_dtypes
    from on_gpu import GpuArray

    rng = numpy.random.default_rng(0)
    shapes = [(33, 256), (256,), (33,), (33, 256)]
    x, bias, scale, y = (rng.integers(-4, 4, shape).astype(ml_dtypes.bfloat16) for shape in shapes)
    there = [GpuArray(array) for array in (x, bias, scale, y)]
    Launcher(ir_of(scaled_rows)).launch(there)
    there[3].copy_back()
    numpy.testing.assert_array_equal(y, numpy.multiply(numpy.add(x, bias), scale[:, None]))
