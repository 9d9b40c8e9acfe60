"""From a kernel to what is kept of it. Importing this loads all that makes code, and llvmlite only where it must."""

import pickle
from importlib import import_module

from weft.backends import cache as disk
from weft.backends.cpu.emitting import emit_blocks
from weft.backends.cpu.native import NativeKernel
from weft.backends.native.memory import Code, to_code
from weft.backends.python import Emitted
from weft.model.ir import Kernel
from weft.model.specialization import Specialization


def build(kernel: Kernel, specialization: Specialization, compiler: str) -> tuple[NativeKernel, bool]:
    """The kernel, and whether its code was on the disk. compiler: all but the kernel that decides what becomes of it."""
    blocks = emit_blocks(kernel, specialization)
    code, was_cached = _code(blocks.code, compiler)
    emitted = blocks.code
    together = kernel.cluster.blocks if kernel.cluster else 1
    made = NativeKernel(
        code, emitted.parameters, emitted.speeches, blocks.fixed_bytes, blocks.thread_bytes, together
    )
    return made, was_cached


def _code(emitted: Emitted, compiler: str) -> tuple[Code, bool]:
    """Machine code, from the disk where another kernel, or this one at another place of its file, became the same."""
    types = ",".join(parameter.dtype.name for parameter in emitted.parameters)
    name = disk.key(emitted.text, types, compiler)
    kept = disk.read(name)
    if kept is not None:
        return pickle.loads(kept), True
    code = to_code(import_module("weft.backends.cpu.compiler").compile_object(emitted))
    disk.write(name, pickle.dumps(code, pickle.HIGHEST_PROTOCOL))
    return code, False
