"""The back end for data in host memory: `compile` a kernel, `launch` it, `choose_block` for it."""

from weft.backends.cpu.compiled import CompiledCpu, compile
from weft.backends.cpu.geometry import choose_block

__all__ = ["CompiledCpu", "choose_block", "compile"]
