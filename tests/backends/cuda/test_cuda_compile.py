"""What the CUDA back end makes, without a GPU."""

import re
from functools import cache

import pytest
import warp_cases
from building import HERE, domain, kernel, lit, load, local, loop, op, store, tensor
from cuda_kernels import X32, I, N, add_2d, all_casts, all_operations, saxpy
from test_cpu_blocks import tiled_matmul
from weft.backends import cuda
from weft.backends.cpu.prelude import prelude
from weft.backends.cuda import compiler, warp
from weft.backends.cuda.compiled import CompiledCuda
from weft.backends.cuda.half import NATIVE
from weft.backends.cuda.prelude import Settings, definitions, effects
from weft.backends.lowering import LOWERING, prelude_names
from weft.backends.names import RESERVED_PREFIX
from weft.model.dtypes import ALL, BF16, F16, F32, I32, DType
from weft.model.ir import EFFECTS, PRIMITIVES, SPEAKING, SPECIALS, Do, Kernel, Place, Var
from weft.model.specialization import Specialization

CONSTANTS = {"inf", "nan", "range"}
IN_32_BITS = Specialization(contiguous=X32, index_bits=32)
ARCHS = ("sm_75", "sm_90")


def compiled(what: Kernel, specialization: Specialization = IN_32_BITS, arch: str = "sm_90") -> CompiledCuda:
    return cuda.compile(what, specialization, arch)


def instructions(version: CompiledCuda) -> list[str]:
    """The PTX instructions, without their operands."""
    lines = (line.strip().removeprefix("@%p1 ") for line in version.ptx.splitlines())
    return [line.split()[0] for line in lines if re.match(r"[a-z][\w.:]+\s", line)]


def test_the_prelude_has_what_the_emitter_may_use():
    found = set(definitions(Settings(64, (9, 0)))) | CONSTANTS
    assert found == prelude_names() | NATIVE | {name.replace(".", "_") for name in SPECIALS}


def test_each_effect_is_on_both_back_ends():
    found = list(effects(Settings(64, (9, 0))))
    # A GPU's wide accesses, its copies and its loads of matrices are made for it alone, of accesses that both have.
    own = ("_vector", "_async", "_load_matrix")
    shared = [name for name in found if not any(part in name for part in own)]
    assert [name for name in shared if prelude(name) is None] == []
    missing = [one for one in EFFECTS if not any(name.startswith(RESERVED_PREFIX + one) for name in found)]
    of_warps = {case.effect for case in warp_cases.CASES} | {"warp_barrier"}
    # What says something is made for each text (tests/runtime/test_debug.py).
    # A warpgroup's product is made for each of its shapes (test_cuda_fragments.py), and on the CPU of products of warps.
    assert sorted(missing) == sorted(of_warps | SPEAKING | {"warpgroup_mma"})
    for effect in of_warps:
        cases = [case for case in warp_cases.CASES if case.effect == effect]
        for name in {
            f"{RESERVED_PREFIX}{case.name.replace('-', '_')}_{dtype}"
            for case in cases
            for dtype in case.dtypes
        }:
            assert prelude(name) is not None
            assert warp.definition(name, (9, 0)) is not None


def test_every_primitive_has_a_lowering():
    assert LOWERING.keys() == PRIMITIVES.keys()


@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_every_operation_compiles(dtype: DType, arch: str):
    what, names = all_operations(dtype)
    version = compiled(what, Specialization(), arch)
    assert f".target {arch}" in version.ptx
    assert sum(one.startswith("st.global") for one in instructions(version)) == len(names)


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_every_cast_compiles(dtype: DType):
    version = compiled(all_casts(dtype), Specialization(), "sm_75")
    assert sum(one.startswith("st.global") for one in instructions(version)) == len(ALL) - 1


def test_bf16_is_rounded_by_the_instruction_where_there_is_one():
    what, _ = all_operations(BF16)
    assert "cvt.rn.bf16.f32" in compiled(what, Specialization(), "sm_80").ptx
    assert "cvt.rn.bf16.f32" not in compiled(what, Specialization(), "sm_75").ptx


@pytest.mark.parametrize("dtype", [F16, BF16, F32], ids=str)
def test_no_operation_is_a_call(dtype: DType):
    """numba's own arithmetic on half types calls functions through local memory."""
    what, _ = all_operations(dtype)
    assert [one for one in instructions(compiled(what, Specialization())) if one.startswith("call")] == []


def polynomial(dtype: DType) -> Kernel:
    """`(x * x + x - 3) * x`, and one that is fused."""
    x, y = tensor("x", dtype, N), tensor("y", dtype, N)
    value = load(x, I)
    total = op("sub", op("add", op("mul", value, value), value), lit(3, dtype))
    return kernel("polynomial", [x, y], domain({"i": N}, store(y, I, value=op("fma", total, value, value))))


def test_f16_is_computed_as_it_is():
    found = instructions(compiled(polynomial(F16)))
    assert [one for one in found if "16" in one and not one.startswith(("ld", "st", "mov"))] == [
        "mul.f16", "add.f16", "add.f16", "fma.rn.f16",
    ]  # fmt: skip
    assert [one for one in found if one.startswith(("cvt", "call")) or ".local" in one or "f32" in one] == []


@pytest.mark.parametrize(
    ("arch", "names"),
    [
        ("sm_80", ["fma.rn.bf16"] * 4),
        ("sm_90", ["mul.rn.bf16", "add.rn.bf16", "sub.rn.bf16", "fma.rn.bf16"]),
    ],
)
def test_bf16_is_computed_as_it_is(arch: str, names: list[str]):
    version = compiled(polynomial(BF16), arch=arch)
    assert re.findall(r"(?:add|sub|mul|fma)\.rn\.bf16", version.ptx) == names
    assert [one for one in instructions(version) if one.startswith("call") or ".local" in one] == []
    assert version.registers > 0


def test_saxpy_is_what_one_would_write():
    assert instructions(compiled(saxpy())) == [
        "ld.param.u64",
        "ld.param.u32",
        "ld.param.u64",
        "mov.u32",
        "mov.u32",
        "mov.u32",
        "mad.lo.s32",
        "setp.ge.s32",
        "bra",
        "mul.wide.s32",
        "add.s64",
        "add.s64",
        "ld.global.f32",
        "ld.global.f32",
        "add.f32",
        "st.global.f32",
    ]


def test_multiplication_and_addition_are_fused():
    x, y = tensor("x", F32, N), tensor("y", F32, N)
    product = op("mul", load(x, I), load(x, I))
    body = domain({"i": N}, store(y, I, value=op("add", product, load(y, I))))
    assert "fma.rn.f32" in instructions(compiled(kernel("square", [x, y], body)))


def test_indices_of_32_bits_meet_64_bits_only_in_addresses():
    wide = [one for one in instructions(compiled(add_2d())) if one.endswith("64") and "param" not in one]
    # Two addresses: a sum each, of one product that both share.
    assert wide == ["add.s64", "add.s64"]


@pytest.mark.parametrize("arch", ["sm_75", "sm_80", "sm_90", "sm_100", "sm_120"])
def test_the_code_says_what_the_linker_says(arch: str, monkeypatch: pytest.MonkeyPatch):
    """registers, spills and shared memory, with and without the linker's words."""
    version = compiled(tiled_matmul(16), Specialization(contiguous=frozenset("abc"), index_bits=32), arch)
    linked: list[tuple[bytes, str]] = []
    described = compiler._described
    monkeypatch.setattr(compiler, "_described", lambda code, log: linked.append((code, log)))
    compiler.to_cubin(version.ltoir, version.arch, "matmul")
    ((code, log),) = linked
    said = re.search(r"Used (\d+) registers.* (\d+) bytes smem", log)
    assert said is not None
    found = described(code, "")
    assert (str(found.registers), str(found.shared_bytes)) == said.groups()
    assert found.spill_bytes == 0
    assert found == described(code, log)


def test_spills_that_nothing_tells_are_not_none():
    """Memory of a thread that the linker says nothing of."""
    x, big = tensor("x", F32, N), local("big", F32, 2000)
    places = op("mod", I, lit(2000)), op("mod", op("mul", I, lit(7)), lit(2000))
    body = (store(big, places[0], value=load(x, I)), store(x, I, value=load(big, places[1])))
    version = compiled(kernel("held", [x], domain({"i": N}, *body), arrays=[big]))
    assert version.spill_bytes == 0
    assert compiler._described(version.cubin, "").spill_bytes is None


@cache
def matmul() -> CompiledCuda:
    return compiled(tiled_matmul(16), Specialization(contiguous=frozenset("abc"), index_bits=32))


def test_a_tiled_product_shares_its_tiles():
    version = matmul()
    assert instructions(version).count("bar.sync") == 2
    assert version.shared_bytes == 2 * 16 * 16 * 4
    assert version.spill_bytes == 0
    assert "ld.local" not in version.ptx
    assert "ld.shared.f32" in instructions(version)
    assert "fma.rn.f32" in instructions(version)


def test_a_cubin_is_an_elf_file_of_the_architecture():
    version = matmul()
    assert version.cubin.startswith(b"\x7fELF")
    assert 16 <= version.registers <= 64


@pytest.mark.parametrize("arch", ["sm_75", "sm_80", "sm_90", "sm_100", "sm_120"])
def test_architectures(arch: str):
    assert compiled(saxpy(), arch=arch).registers > 0


def test_a_local_array_with_static_indices_lies_in_registers():
    x, kept = tensor("x", F32, N), local("kept", F32, 4)
    body = [store(kept, lit(at), value=load(x, lit(at))) for at in range(4)]
    body += [store(x, lit(at), value=load(kept, lit(3 - at))) for at in range(4)]
    version = compiled(kernel("reverse", [x], *body, arrays=[kept]))
    assert "local" not in version.ptx


def test_a_local_array_with_dynamic_indices_compiles():
    x, kept = tensor("x", F32, N), local("kept", F32, 64)
    body = [
        loop(I, N, store(kept, op("mod", I, lit(64)), value=load(x, I))),
        loop(I, N, store(x, I, value=load(kept, op("mod", op("mul", I, I), lit(64))))),
    ]
    assert compiled(kernel("mixes", [x], *body, arrays=[kept])).registers > 0


def test_a_cached_version_is_not_compiled_again(monkeypatch):
    first = matmul()

    def refuse(*given: object) -> bytes:
        raise AssertionError("compiled again")

    assert first.cubin
    monkeypatch.setattr("weft.backends.cuda.compiler.to_ltoir", refuse)
    again = compiled(tiled_matmul(16), first.specialization)
    assert again.linked == first.linked


@pytest.mark.parametrize("arch", ["sm_75", "sm_80", "sm_90"])
def test_a_sum_in_memory_is_one_instruction(arch: str):
    for dtype in (F32, I32, F16, *([BF16] if arch == "sm_90" else [])):
        x = tensor("x", dtype, N)
        add = Do(
            "atomic_add", (Var("before", dtype),), (lit(1, dtype),), (Place(x.array, lit(0)),), (), None, HERE
        )
        found = instructions(compiled(kernel("add", [x], add), Specialization(), arch))
        names = [one for one in found if one.startswith(("atom", "red"))]
        kind = {F32: "f32", I32: "u32", F16: "noftz.f16", BF16: "noftz.bf16"}[dtype]
        assert names in ([f"atom.global.add.{kind}"], [f"red.global.add.{kind}"])
        assert "bra" not in found


@pytest.mark.parametrize(
    ("arch", "case", "wanted"),
    [
        ("sm_80", "warp_reduce-sum-32", "redux.sync.add.s32"),
        ("sm_75", "warp_reduce-sum-32", "shfl.sync.bfly.b32"),
        ("sm_80", "warp_reduce-max-8", "shfl.sync.bfly.b32"),
        ("sm_80", "warp_scan-inclusive-32", "shfl.sync.up.b32"),
        ("sm_80", "shuffle-down-32-8", "shfl.sync.down.b32"),
        ("sm_80", "shuffle-idx-32-8", "shfl.sync.idx.b32"),
    ],
)
def test_instructions_of_warps(arch: str, case: str, wanted: str):
    effect = next(one for one in warp_cases.CASES if one.name == case)
    y, got = tensor("y", I32, N), Var("got", I32)
    do = Do(effect.effect, (got,), (load(y, I),), (), effect.static, None, HERE)
    what = kernel("one", [y], domain({"i": N}, do, store(y, I, value=got), everyone=True))
    assert wanted in instructions(compiled(what, Specialization(), arch))
