"""numba-cuda and cuda.core. Neither tells a type checker what it has, so all of it is Any, from here on."""

from importlib import import_module
from typing import Any

core: Any = import_module("cuda.core")
driver: Any = import_module("cuda.bindings.driver")
LinkError: Any = import_module("cuda.bindings.nvjitlink").nvJitLinkError
numba_nvvm: Any = import_module("numba.cuda.cudadrv.nvvm")
