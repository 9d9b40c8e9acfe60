"""What the back end says where it cannot run."""

import pytest
from weft.backends import cuda
from weft.errors import UnsupportedError
from weft.model import launches


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch):
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(cuda, "import_module", missing)
    with pytest.raises(UnsupportedError) as caught:
        cuda.arch_of(0)
    assert str(caught.value) == (
        "cuda-package: compiling for a GPU takes the Python package `numba.cuda`, which is not installed: run "
        "`pip install 'weft[cuda]'`; what gets NumPy arrays runs on the CPU without it"
    )


def test_no_driver(monkeypatch: pytest.MonkeyPatch):
    from cuda.pathfinder import DynamicLibNotFoundError
    from weft.backends.cuda import driver

    def missing(name: str) -> None:
        raise DynamicLibNotFoundError

    monkeypatch.setattr(driver, "load_nvidia_dynamic_lib", missing)
    with pytest.raises(UnsupportedError) as caught:
        driver.driver.__wrapped__()
    assert str(caught.value) == (
        "cuda-driver: the NVIDIA driver's library (libcuda.so.1, on Windows nvcuda.dll) was not found and the data is "
        "on a GPU: install the NVIDIA driver, or pass NumPy arrays to run on the CPU"
    )


def test_words_that_need_a_gpu_to_be_seen():
    from weft.model.limits import Geometry

    assert launches.registers(Geometry((1, 1, 1), (1024, 1, 1)), 512).message == (
        "a block of 1024 threads needs more registers than the GPU has; the compiled kernel runs with at most 512 "
        "threads per block: use a smaller block and more blocks"
    )
    assert launches.no_gpu("CUDA_ERROR_NO_DEVICE").message == (
        "the NVIDIA driver finds no GPU that it can use (CUDA_ERROR_NO_DEVICE) and the data is on a GPU: make one "
        "visible (`CUDA_VISIBLE_DEVICES`), or pass NumPy arrays to run on the CPU"
    )
