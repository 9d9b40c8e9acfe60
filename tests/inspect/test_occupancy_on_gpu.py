"""The occupancy that Weft computes is the driver's, on the GPU that is here."""

from importlib import import_module
from typing import Any

import pytest
import weft
from weft import Tensor, f32
from weft.backends import cuda
from weft.dims import N
from weft.inspect import Settings, assumed
from weft.kernel import ir_of
from weft.model.occupancy import occupancy

pytestmark = pytest.mark.gpu


@weft.kernel
def small(x: Tensor[f32, N]):
    i = weft.index(x)
    x[i] = 2 * x[i]


@weft.kernel
def with_shared_memory(x: Tensor[f32, N]):
    i = weft.tile_index(x, 128)
    tile = weft.shared(f32, (4096,))
    tile[weft.thread_idx.x] = x[i]
    weft.barrier()
    x[i] = tile[127 - weft.thread_idx.x]


@pytest.mark.parametrize("kernel", [small, with_shared_memory], ids=repr)
@pytest.mark.parametrize("threads", [32, 96, 128, 256, 1000])
def test_occupancy_is_the_drivers(kernel: weft.Kernel, threads: int):
    arch = cuda.arch_of(-1)
    compiled = cuda.compile(ir_of(kernel), assumed(ir_of(kernel), Settings(arch)), arch)
    core: Any = import_module("cuda.core")
    core.Device().set_current()
    loaded = core.ObjectCode.from_cubin(compiled.cubin).get_kernel(compiled.linked.entry)
    digits = arch.removeprefix("sm_")
    capability = int(digits[:-1]), int(digits[-1])
    found = occupancy(capability, threads, compiled.registers, compiled.shared_bytes)
    assert found is not None
    assert found.blocks_per_sm == loaded.occupancy.max_active_blocks_per_multiprocessor(threads, 0)
