"""IR to Python to LTO-IR to cubin, with no GPU needed."""

import re

from weft.backends.cuda import nvvm
from weft.backends.cuda.cubin import taken
from weft.backends.cuda.packages import core
from weft.backends.cuda.prelude import Settings, namespace, target
from weft.backends.expressions import effect_of
from weft.backends.llvm.flat import new_function, write_function
from weft.backends.llvm.lines import Lines
from weft.backends.python import Emitted, emit_thread_kernel
from weft.backends.source_lines import source_lines
from weft.model.ir import Kernel
from weft.model.limits import triple
from weft.model.specialization import Specialization
from weft.records import record


@record
class Cubin:
    """Machine code with one kernel, and what it takes. spill_bytes: None where nothing tells."""

    code: bytes
    entry: str
    registers: int
    shared_bytes: int
    spill_bytes: int | None


def emit(kernel: Kernel, specialization: Specialization) -> Emitted:
    """The generated Python."""
    return emit_thread_kernel(kernel, specialization, target())


def to_nvvm_ir(kernel: Kernel, emitted: Emitted, settings: Settings, *, with_lines: bool) -> str:
    """The LLVM IR that LTO-IR is made of; LTO-IR itself is binary and has no public form."""
    module = nvvm.module(emitted.function)
    lines = Lines(module, kernel.filename, source_lines(kernel, emitted) if with_lines else None)
    parameters = [parameter.dtype for parameter in emitted.parameters]
    meanings = namespace(emitted.used, settings, emitted.speeches)
    function = new_function(module, emitted.function, parameters)
    write_function(function, emitted.text, parameters, meanings, lines)
    nvvm.mark_kernel(function, fixed_block(kernel), kernel.cluster and kernel.cluster.shape)
    return str(module)


def fixed_block(kernel: Kernel) -> tuple[int, int, int] | None:
    """Along x, y, z; None where a launch chooses."""
    domain = kernel.domain
    return triple(domain.block[::-1]) if domain and domain.block else None


def to_ltoir(ir: str, settings: Settings) -> bytes:
    """What nvJitLink optimizes and links. From PTX it would make relocatable code: many more registers (measured)."""
    return nvvm.compile(ir, settings.capability, is_own=settings.is_own)


def to_ptx(ltoir: bytes, arch: str, name: str) -> str:
    """The PTX that the linker makes of LTO-IR, for people to read."""
    options = core.LinkerOptions(arch=arch, name=name, link_time_optimization=True, lineinfo=True, ptx=True)
    linker = core.Linker(core.ObjectCode.from_ltoir(ltoir, name=name), options=options)
    return bytes(linker.link("ptx").code).decode().rstrip("\0")


def to_cubin(ltoir: bytes, arch: str, name: str) -> Cubin:
    """arch: `sm_90`. name: of the kernel, for messages."""
    options = core.LinkerOptions(
        arch=arch, name=name, link_time_optimization=True, lineinfo=True, ptxas_options=["-v"], verbose=True
    )
    linker = core.Linker(core.ObjectCode.from_ltoir(ltoir, name=name), options=options)
    code = bytes(linker.link("cubin").code)
    return _described(code, linker.get_info_log())


def own_arch(arch: str, emitted: Emitted) -> str:
    """`sm_90a` for code that needs what only GPUs of that very architecture have, else `arch`."""
    needs_own = any((effect_of(name) or ("",))[0] == "warpgroup_mma" for name in emitted.used)
    return f"{arch}a" if needs_own and not arch.endswith("a") else arch


def capability_of(arch: str) -> tuple[int, int]:
    """`sm_90` and `sm_90a` are (9, 0); `sm_120` is (12, 0)."""
    digits = re.sub(r"\D", "", arch)
    return int(digits[:-1]), int(digits[-1])


def _described(code: bytes, log: str) -> Cubin:
    found = taken(code)
    # The log alone tells spills from other memory of a thread, and some linkers write none.
    spilled = re.search(r"(\d+) bytes spill stores", log)
    spill_bytes = int(spilled.group(1)) if spilled else None if found.frame_bytes else 0
    return Cubin(code, found.entry, found.registers, found.shared_bytes, spill_bytes)
