"""`kernel.inspect`: the stages of a kernel, for the arguments of a launch or for a target that is not here."""

import numpy as np
import pytest
import weft
from weft import Tensor, f32
from weft.dims import N
from weft.errors import LaunchError
from weft.inspect import TargetError


@weft.kernel
def scale(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = 2 * x[i]


@weft.kernel
def smooth(x: Tensor[f32, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, (64,))
    t = weft.thread_idx.x
    near = weft.shared(f32, (64,))
    near[t] = x[i]
    weft.barrier()
    total = f32(0)
    for k in range(3):
        total += near[t] * k
    y[i] = total


def line_of(text: str) -> int:
    """The line of this file that starts with `text`."""
    with open(__file__, encoding="utf-8") as file:
        return next(number for number, line in enumerate(file, 1) if line.strip().startswith(text))


@weft.kernel
def spread(x: Tensor[f32, 96, N], y: Tensor[f32, N]):
    i = weft.tile_index(y, 1024)
    held = weft.local(f32, 96)
    highest = x[0, i]
    for k in weft.static_range(96):
        held[k] = x[k, i]
        highest = weft.maximum(highest, held[k])
    total = f32(0)
    for k in weft.static_range(96):
        total += weft.exp(held[k] - highest)
    y[i] = total


STORE = line_of("y[i] = 2")
LOOP = line_of("total += near")


@pytest.mark.parametrize("target", ["cpu", "sm_75", "sm_90"])
def test_every_stage_leads_to_the_source_line(target: str):
    found = scale.inspect(target=target)
    assert found.notices == ()
    for stage in found.stages:
        assert len(stage.text.split("\n")) == len(stage.lines)
        assert stage.at(STORE), stage.name
        assert {line for line in stage.lines if line is not None} <= set(range(STORE - 3, STORE + 1))


def test_the_stages_of_each_target():
    cpu, gpu = scale.inspect(target="cpu"), scale.inspect(target="sm_90")
    assert [stage.name for stage in cpu.stages] == ["model", "python", "llvm", "asm"]
    assert [stage.name for stage in gpu.stages] == ["model", "python", "llvm", "ptx", "sass"]


def test_what_one_line_became():
    found = scale.inspect(target="sm_90")
    names = [text.split()[0] for text in found["ptx"].at(STORE) if text.strip()]
    assert "ld.global.v4.f32" in names
    assert names[-1] == "st.global.v4.f32"
    assert any("STG" in text for text in found["sass"].at(STORE))


def test_resources_and_occupancy():
    found = smooth.inspect(target="sm_90")
    assert found.resources is not None
    assert found.occupancy is not None
    assert found.resources.shared_bytes == 64 * 4
    assert found.resources.spill_bytes == 0
    assert found.occupancy.block_threads == 64
    assert (found.occupancy.blocks_per_sm, found.occupancy.warps) == (32, 64)


def test_a_fixed_block_has_the_registers_that_its_threads_leave_each_other():
    found = spread.inspect(target="sm_90").resources
    assert found is not None
    # Of 65,536 registers, 64 for each of 1024 threads: with more the kernel could never be launched.
    assert found.registers is not None
    assert found.registers <= 64
    assert found.spill_bytes


def test_the_arguments_decide():
    x = np.zeros(100, np.float32)
    assert "x_stride0" not in scale.inspect(x, x)["python"].text
    strided = scale.inspect(x[::2], x[:50], target="sm_90")
    assert "x_stride0" in strided["python"].text
    assert scale.inspect(x, x).target == "cpu"


def test_nothing_runs():
    x, y = np.ones(10, np.float32), np.zeros(10, np.float32)
    scale.inspect(x, y)
    assert not y.any()


def test_arguments_that_a_launch_refuses():
    with pytest.raises(LaunchError) as error:
        scale.inspect(np.zeros(3, np.float32), np.zeros(4, np.float32))
    assert error.value.code == "launch-dims"


def test_no_such_target():
    with pytest.raises(TargetError) as error:
        scale.inspect(target="sm_42")
    assert str(error.value) == (
        "`sm_42` is no target that Weft knows: name `cpu`, or a GPU's: sm_75, sm_80, sm_86, sm_87, sm_89, sm_90, sm_100, "
        "sm_103, sm_110, sm_120, sm_121"
    )


def test_no_such_stage():
    with pytest.raises(KeyError) as error:
        scale.inspect(target="cpu")["ptx"]
    assert error.value.args == ("no stage `ptx` was made; there are: model, python, llvm, asm",)


def test_without_the_disassembler(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("weft.backends.cuda.stages.find_nvidia_binary_utility", lambda name: None)
    found = scale.inspect(target="sm_90")
    assert [stage.name for stage in found.stages] == ["model", "python", "llvm", "ptx"]
    (notice,) = found.notices
    assert notice == (
        "SASS needs nvdisasm, which is not installed: `pip install nvidia-cuda-nvdisasm` (6 MB, needs no GPU), or put the "
        "`bin` of a CUDA toolkit on PATH"
    )


def test_the_model_as_text():
    found = smooth.inspect(target="cpu")
    assert (
        found["model"].text
        == """\
kernel smooth:
    x: Tensor[f32, N], read
    y: Tensor[f32, N], written
    shared near: 64 × f32, 256 bytes
    domain i below N, in blocks of 64, every thread of each block:
        t: index = thread_idx.x
        near[t] = x[i] if (i < N) else 0
        barrier
        total: f32 = 0.0
        for k: index in range(3):
            total: f32 = total + (near[t] * f32(k))
        y[i] = total  if i < N"""
    )
    assert found["model"].at(LOOP) == ("            total: f32 = total + (near[t] * f32(k))",)


def test_printed():
    lines = str(scale.inspect(target="sm_90")).splitlines()
    assert lines[0] == f"scale for sm_90 ({__file__})"
    assert lines[1].endswith(" registers a thread, nothing spilled, 0 bytes of shared memory a block")
    assert lines[2] == (
        "occupancy 100 %: 8 blocks of 256 threads on a multiprocessor, 64 of 64 warps; limited by warps"
    )
    loaded = "x.1.0: f32, x.1.1: f32, x.1.2: f32, x.1.3: f32 = load_vector(x[i_by_4 * 4], 4)"
    assert f"{STORE:>5} │         {loaded}" in lines
